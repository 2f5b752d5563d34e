//! Primality below 2^63, decided.

/// Whether n is prime: strong pseudoprime tests to the seven bases of Jim Sinclair, which leave no
/// composite below 2^64 (<https://miller-rabin.appspot.com>; other bases than the producers use).
pub(super) fn is_prime(n: u64) -> bool {
    const BASES: [u64; 7] = [2, 325, 9375, 28178, 450_775, 9_780_504, 1_795_265_022];
    if n < 4 {
        return n > 1;
    }
    if n.is_multiple_of(2) {
        return false;
    }
    let times = |a: u64, b: u64| (u128::from(a) * u128::from(b) % u128::from(n)) as u64;
    let squarings = (n - 1).trailing_zeros();
    BASES.iter().map(|base| base % n).filter(|base| *base != 0).all(|base| {
        let odd = n >> squarings; // n is odd
        // base^odd, from the highest bit of the exponent down.
        let mut power = (0..64 - odd.leading_zeros()).rev().fold(1, |x, bit| {
            let square = times(x, x);
            if odd >> bit & 1 == 1 { times(square, base) } else { square }
        });
        for _ in 1..squarings {
            if power == 1 || power == n - 1 {
                break;
            }
            power = times(power, power);
            if power == 1 {
                return false;
            }
        }
        power == 1 || power == n - 1
    })
}

#[cfg(test)]
mod tests {
    use super::is_prime;

    #[test]
    fn trial_division_agrees() {
        let by_trial =
            |n: u64| n > 1 && (2..).take_while(|q| q * q <= n).all(|q| !n.is_multiple_of(q));
        // The second range is around the square of the last base's size, where bases wrap.
        for n in (0..20_000).chain(1_795_265_000..1_795_265_050) {
            assert_eq!(is_prime(n), by_trial(n), "{n}");
        }
    }

    /// (6k+1)(12k+1)(18k+1) of three primes passes Fermat's test to every base without a common
    /// factor (Chernick 1939).
    #[test]
    fn carmichael_numbers_are_composite() {
        let factors = |k: u64| [6 * k + 1, 12 * k + 1, 18 * k + 1];
        let all = (1..3000).map(factors).filter(|f| f.iter().all(|p| is_prime(*p)));
        let numbers: Vec<u64> = all.map(|f| f.iter().product()).collect();
        assert!(numbers.len() > 50 && numbers.iter().all(|n| !is_prime(*n)));
    }

    #[test]
    fn large_numbers() {
        assert!(is_prime((1 << 61) - 1));
        // OEIS A014233: strong pseudoprimes to the first 4, 9 and 11 primes.
        for n in [3_215_031_751, 3_825_123_056_546_413_051, 341_550_071_728_321] {
            assert!(!is_prime(n), "{n}");
        }
        assert!(!is_prime(((1u64 << 31) - 1) * ((1 << 31) - 1)));
        assert!(is_prime(18_446_744_073_709_551_557)); // the largest below 2^64
    }
}
