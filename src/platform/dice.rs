//! Chance, the same on every machine: `SplitMix64` (Steele, Lea, Flood 2014). `rand` promises the same values only
//! within one version.

/// The golden ratio in 64 bits: the step of the sequence.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// A sequence of throws, decided by its seed.
#[derive(Debug, Clone)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        let a = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let b = (a ^ (a >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        b ^ (b >> 31)
    }

    /// From 0 up to `n`, without it.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(n)) >> 64) as u64
    }

    /// From `low` to `high`, both included.
    pub(super) fn within(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low).cast_unsigned() + 1).cast_signed()
    }

    /// From `low` to `high`, more often near `low`: a quarter of the way on average.
    pub(super) fn soon(&mut self, low: i64, high: i64) -> i64 {
        let reach = self.within(0, high - low);
        self.within(low, low + reach)
    }

    /// True in `n` of a thousand throws.
    pub(super) fn permille(&mut self, n: u64) -> bool {
        self.below(1000) < n
    }

    /// One of `choices`, all alike.
    pub(super) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.index(choices.len())]
    }

    /// One of `choices`, each as often as its weight says.
    pub(super) fn weighted<T: Copy>(&mut self, choices: &[(T, u64)]) -> T {
        let mut left = self.below(choices.iter().map(|choice| choice.1).sum());
        for (value, weight) in choices {
            if left < *weight {
                return *value;
            }
            left -= weight;
        }
        choices[0].0
    }

    /// An index into `n` things, more often a low one.
    pub(super) fn low_index(&mut self, n: usize) -> usize {
        let reach = self.index(n);
        self.index(reach + 1)
    }

    /// An index into `n` things.
    pub(super) fn index(&mut self, n: usize) -> usize {
        usize::try_from(self.below(n as u64)).expect("it is below n, which is a usize")
    }
}

/// A number that belongs to `seed` and `n` and looks like chance: for what is computed again, not kept.
pub(super) fn mix(seed: u64, n: u64) -> u64 {
    Dice::new(seed ^ n.wrapping_mul(0xD6E8_FEB8_6659_FD93)).next()
}
