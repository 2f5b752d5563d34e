// The roofline: multiply-adds in registers, OpenBLAS's product, reading and copying memory.
// usage: peak THREADS
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <omp.h>
#include <vector>
extern "C" {
void openblas_set_num_threads(int);
void cblas_dgemm(int, int, int, int, int, int, double, const double*, int, const double*, int,
                 double, double*, int);
}
#if defined(__AVX512F__)
typedef double lanes __attribute__((vector_size(64)));
#else
typedef double lanes __attribute__((vector_size(32)));
#endif
static const int LANES = sizeof(lanes) / sizeof(double), CHAINS = 24;

// The least of many short times: other work on the machine then disturbs little.
template <class F> double best(int rounds, F f) {
    double least = 1e30;
    for (int t = 0; t < rounds; t++) {
        auto start = std::chrono::steady_clock::now();
        f();
        least = std::min(least, std::chrono::duration<double>(
                                    std::chrono::steady_clock::now() - start).count());
    }
    return least;
}

int main(int argc, char** argv) {
    int threads = argc > 1 ? atoi(argv[1]) : 1;
    omp_set_num_threads(threads);
    openblas_set_num_threads(threads);
    const long steps = 100000;
    volatile double sink = 0;
    double seconds = best(500, [&] {
#pragma omp parallel
        {
            lanes sum[CHAINS] = {}, x = {}, y = {};
            for (int j = 0; j < LANES; j++) x[j] = 1.0 - 1e-9 * j, y[j] = 1e-9;
            // Chains that differ, or the compiler would keep one.
            for (int c = 0; c < CHAINS; c++) sum[c] = y * double(c);
            for (long i = 0; i < steps; i++)
#pragma GCC unroll 24
                for (int c = 0; c < CHAINS; c++) sum[c] = sum[c] * x + y;
            double total = 0;
            for (auto& s : sum)
                for (int j = 0; j < LANES; j++) total += s[j];
            sink = total;
        }
    });
    printf("registers   %8.1f GFLOP/s\n", 2e-9 * steps * CHAINS * LANES * threads / seconds);

    const int n = 1000;
    std::vector<double> a(n * n, 1.5), b(n * n, 0.5), c(n * n, 0.0);
    seconds = best(50, [&] {
        cblas_dgemm(101, 111, 111, n, n, n, 1.0, a.data(), n, b.data(), n, 0.0, c.data(), n);
    });
    printf("dgemm %d   %8.1f GFLOP/s\n", n, 2e-9 * n * n * n / seconds);

    const long size = 1l << 26;
    std::vector<double> from(size + LANES, 1.0), to(size, 0.0);
    const double* aligned = from.data() + (8 - (size_t)from.data() / 8 % 8) % 8;
    seconds = best(20, [&] {
#pragma omp parallel
        {
            lanes sum[8] = {};
            const lanes* x = (const lanes*)aligned;
#pragma omp for
            for (long i = 0; i < size / LANES - 8; i += 8)
                for (int c = 0; c < 8; c++) sum[c] += x[i + c];
            double total = 0;
            for (auto& s : sum)
                for (int j = 0; j < LANES; j++) total += s[j];
            sink = total;
        }
    });
    printf("read        %8.1f GB/s\n", 8e-9 * size / seconds);
    seconds = best(20, [&] {
#pragma omp parallel for simd
        for (long i = 0; i < size; i++) to[i] = 2.0 * from[i];
    });
    printf("copy        %8.1f GB/s (read and written)\n", 16e-9 * size / seconds);
}
