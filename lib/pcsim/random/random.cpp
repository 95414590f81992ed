#include <pcsim/random/random.hpp>

#include <algorithm>
#include <cmath>

// Compiled twice, where the compiler can: for every processor, and for those with wider vectors. Which it is, is found out before
// ThreadSanitizer is ready for it.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__)
#define PCSIM_VECTORS [[gnu::target_clones("avx2", "default")]]
#else
#define PCSIM_VECTORS
#endif

namespace pcsim {

Random::Random(std::uint64_t seed)
    : Random(std::array{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}) {}

// init_by_array of Matsumoto and Nishimura's mt19937ar.c, over the words that CPython's random_seed passes to it.
Random::Random(std::span<const std::uint32_t> key) {
  while (key.size() > 1 && key.back() == 0) key = key.first(key.size() - 1);
  const std::array<std::uint32_t, 1> zero{};
  if (key.empty()) key = zero;

  state_[0] = 19650218U;
  for (std::uint32_t i = 1; i < size; ++i) state_[i] = 1812433253U * (state_[i - 1] ^ (state_[i - 1] >> 30)) + i;

  std::uint32_t i = 1;
  std::uint32_t j = 0;
  const auto advance = [&] {
    if (++i == size) {
      state_[0] = state_[size - 1];
      i = 1;
    }
  };
  for (std::size_t k = std::max(size, key.size()); k > 0; --k) {
    state_[i] = (state_[i] ^ ((state_[i - 1] ^ (state_[i - 1] >> 30)) * 1664525U)) + key[j] + j;
    advance();
    if (++j == key.size()) j = 0;
  }
  for (std::size_t k = size - 1; k > 0; --k) {
    state_[i] = (state_[i] ^ ((state_[i - 1] ^ (state_[i - 1] >> 30)) * 1566083941U)) - i;
    advance();
  }
  state_[0] = 0x80000000U;
}

// random_random of CPython's _randommodule.c, for the next words.
PCSIM_VECTORS void Random::prepare() {
  if (used_ == size) twist();
  std::array<std::uint32_t, 2 * block> words;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::uint32_t y = state_[used_ + i];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680U;
    y ^= (y << 15) & 0xefc60000U;
    words[i] = y ^ (y >> 18);
  }
  for (std::size_t i = 0; i < block; ++i) {
    const auto high = static_cast<std::int32_t>(words[2 * i] >> 5);
    const auto low = static_cast<std::int32_t>(words[2 * i + 1] >> 6);
    prepared_[i] = (high * 67108864.0 + low) * (1.0 / 9007199254740992.0);
  }
  used_ += words.size();
  next_ = 0;
}

PCSIM_VECTORS void Random::twist() {
  constexpr std::size_t middle = 397;
  const auto mix = [](std::uint32_t upper, std::uint32_t lower) {
    const std::uint32_t y = (upper & 0x80000000U) | (lower & 0x7fffffffU);
    // The lowest bit as a mask, not as a branch: it is a coin toss, and the compiler can make vectors of it.
    return (y >> 1) ^ ((0U - (lower & 1U)) & 0x9908b0dfU);
  };
  std::size_t i = 0;
  for (; i < size - middle; ++i) state_[i] = state_[i + middle] ^ mix(state_[i], state_[i + 1]);
  for (; i < size - 1; ++i) state_[i] = state_[i + middle - size] ^ mix(state_[i], state_[i + 1]);
  state_[size - 1] = state_[middle - 1] ^ mix(state_[size - 1], state_[0]);
  used_ = 0;
}

double Random::expovariate(double rate) { return -std::log(1.0 - random()) / rate; }

double Random::normalvariate(double mu, double sigma) {
  static const double magic = 4.0 * std::exp(-0.5) / std::sqrt(2.0);
  while (true) {
    const double u1 = random();
    const double u2 = 1.0 - random();
    const double z = magic * (u1 - 0.5) / u2;
    if (z * z / 4.0 <= -std::log(u2)) return mu + z * sigma;
  }
}

double Random::lognormvariate(double mu, double sigma) { return std::exp(normalvariate(mu, sigma)); }

double Random::paretovariate(double alpha) { return std::pow(1.0 - random(), -1.0 / alpha); }

}  // namespace pcsim
