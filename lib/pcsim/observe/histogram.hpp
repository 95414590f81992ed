#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace pcsim {

/// How many of many durations are how long, for every length that a double can have: 128 buckets between each power of two and
/// the next, which hold what is above their lower edge, up to and with their upper one. Where values lie, a power of two takes
/// 1 kB; all else is constant.
class Histogram {
public:
  Histogram() { clear(); }

  /// Forgets all values, and keeps the memory for others.
  void clear();

  /// REQUIRES: seconds is not negative, and finite.
  void add(double seconds);

  /// As add(), but quicker; or returns false, and has done nothing, where no value of about this size was added before.
  bool add_known(double seconds) {
    const std::uint64_t place = place_of(seconds);
    const std::size_t begin = pages_[place >> bits];
    if (begin == none) return false;
    ++counts_[begin + place % page_size];
    return true;
  }

  /// The middle of the bucket that holds the value of this rank, from 1 for the least. REQUIRES: there are so many values.
  double value(std::uint64_t rank) const;

  /// How many values are in buckets whose middle is at most this. REQUIRES: seconds is not negative, and finite.
  std::uint64_t at_most(double seconds) const;

private:
  // A page holds the buckets between two powers of two; 0 has the first to itself. Doubles below 2^-1022 have fewer bits the
  // smaller they are: what belongs on the second page is kept on others, as what it is times 2^52.
  static constexpr int bits = 7;  // of the mantissa
  static constexpr std::uint64_t page_size = 1 << bits;
  static constexpr std::size_t small_page = 1;
  static constexpr std::size_t exponents = 2048;
  static constexpr std::size_t small_exponents = 53;
  static constexpr std::uint32_t none = 0;

  // Where a value belongs, in the order of the values.
  struct Bucket {
    std::size_t page;
    std::uint64_t number;
    friend auto operator<=>(const Bucket&, const Bucket&) = default;
  };

  static std::uint64_t place_of(double seconds) {
    constexpr std::uint64_t page_of_zero = (std::uint64_t{1} << 52) - 1;
    return (std::bit_cast<std::uint64_t>(seconds) + page_of_zero) >> (52 - bits);
  }
  static Bucket bucket_of(double seconds);
  static double middle(Bucket bucket);
  static std::size_t slot(std::size_t page);  // of pages_

  // Calls visit(bucket, count) for one after another that is not empty, until it returns true.
  template <class Visit>
  void visit_counts(Visit visit) const;

  std::array<std::uint32_t, exponents + small_exponents> pages_;  // where in counts_ they begin
  std::vector<std::uint64_t> counts_;
  std::size_t first_page_;  // that there is
  std::size_t last_page_;
};

}  // namespace pcsim
