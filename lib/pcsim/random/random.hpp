#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace pcsim {

/// CPython's `random.Random`: the Mersenne Twister MT19937 with CPython's seeding and CPython 3.11's draws. For the same seed
/// and the same calls, every number is CPython's to the last bit (where `log`, `exp` and `pow` are those of the same libm).
///
/// Not thread-safe; instances share nothing.
class Random {
public:
  /// `random.seed(key)` for a non-negative integer, given as its 32-bit words, the lowest first. Leading zero words do not count.
  explicit Random(std::span<const std::uint32_t> key);

  /// `random.seed(seed)`.
  explicit Random(std::uint64_t seed);

  /// Uniform over [0, 1), with 53 random bits.
  [[gnu::always_inline]] double random() {
    if (next_ == block) [[unlikely]]
      prepare();
    return prepared_[next_++];
  }

  /// Uniform over [low, high], as `low + (high - low) * random()`.
  [[gnu::always_inline]] double uniform(double low, double high) { return low + (high - low) * random(); }

  /// Exponential with this rate (1 / mean).
  double expovariate(double rate);

  /// Normal, by Kinderman and Monahan's ratio of uniforms: takes as many draws as it needs.
  double normalvariate(double mu, double sigma);

  /// e to the power of a normal draw.
  double lognormvariate(double mu, double sigma);

  /// Pareto with shape alpha and minimum 1.
  double paretovariate(double alpha);

private:
  static constexpr std::size_t size = 624;
  static constexpr std::size_t block = 24;  // numbers made at a time, of two words each: a compiler makes vectors of them
  static_assert(size % (2 * block) == 0);

  void prepare();
  void twist();

  std::array<std::uint32_t, size> state_;
  std::size_t used_ = size;  // words
  std::array<double, block> prepared_;
  std::size_t next_ = block;
};

}  // namespace pcsim
