// Times FFPACK::Rank or pRank over Givaro::ModularBalanced<double>; prints "SECONDS RANK".
// usage: ffpack_rank SIZE THREADS PRIME FILE blas|omp
//   blas: FFPACK's serial recursion over a threaded OpenBLAS; omp: FFPACK's own threads.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>
#include <givaro/modular-balanced.h>
#include <fflas-ffpack/fflas-ffpack.h>
extern "C" void openblas_set_num_threads(int);

int main(int argc, char** argv) {
    if (argc != 6) return 2;
    size_t n = atol(argv[1]);
    int threads = atoi(argv[2]);
    Givaro::ModularBalanced<double> field(atof(argv[3]));
    bool omp = !strcmp(argv[5], "omp");
    openblas_set_num_threads(omp ? 1 : threads);
    std::vector<int64_t> entries(n * n);
    FILE* file = fopen(argv[4], "rb");
    if (!file || fread(entries.data(), 8, n * n, file) != n * n) return 2;
    double* a = FFLAS::fflas_new<double>(n * n);
    for (size_t i = 0; i < n * n; i++) field.init(a[i], double(entries[i]));
    auto start = std::chrono::steady_clock::now();
    size_t rank = omp ? FFPACK::pRank(field, n, n, a, n, threads) : FFPACK::Rank(field, n, n, a, n);
    auto end = std::chrono::steady_clock::now();
    printf("%.6f %zu\n", std::chrono::duration<double>(end - start).count(), rank);
}
