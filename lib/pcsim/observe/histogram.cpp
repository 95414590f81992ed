#include <pcsim/observe/histogram.hpp>

#include <algorithm>

namespace pcsim {

namespace {

constexpr double small = 0x1p-1022;  // up to here
constexpr double enlarged = 0x1p52;

}  // namespace

void Histogram::clear() {
  pages_.fill(none);
  counts_.assign(page_size, 0);  // no page begins at `none`
  first_page_ = pages_.size();
  last_page_ = 0;
}

Histogram::Bucket Histogram::bucket_of(double seconds) {
  const bool is_small = seconds > 0 && seconds <= small;
  const std::uint64_t place = place_of(is_small ? seconds * enlarged : seconds);
  const std::size_t page = place >> bits;
  return {page > small_page && !is_small ? page + small_exponents - 1 : page, place % page_size};
}

std::size_t Histogram::slot(std::size_t page) {
  if (page == 0) return 0;
  return page <= small_exponents ? exponents - 1 + page : page - small_exponents + 1;
}

double Histogram::middle(Bucket bucket) {
  if (bucket.page == 0) return 0;
  const bool is_small = bucket.page <= small_exponents;
  const std::uint64_t page = is_small ? bucket.page : slot(bucket.page);
  const std::uint64_t twice = 2 * ((page - 1) << bits | bucket.number) + 1;
  return std::bit_cast<double>(twice << (52 - bits - 1)) / (is_small ? enlarged : 1);
}

void Histogram::add(double seconds) {
  const Bucket bucket = bucket_of(seconds);
  std::uint32_t& begin = pages_[slot(bucket.page)];
  if (begin == none) {
    begin = static_cast<std::uint32_t>(counts_.size());
    counts_.resize(counts_.size() + page_size);
    first_page_ = std::min(first_page_, bucket.page);
    last_page_ = std::max(last_page_, bucket.page);
  }
  ++counts_[begin + bucket.number];
}

template <class Visit>
void Histogram::visit_counts(Visit visit) const {
  for (std::size_t page = first_page_; page <= last_page_; ++page) {
    const std::size_t begin = pages_[slot(page)];
    if (begin == none) continue;
    for (std::uint64_t number = 0; number < page_size; ++number)
      if (const std::uint64_t count = counts_[begin + number]; count > 0 && visit(Bucket{page, number}, count)) return;
  }
}

double Histogram::value(std::uint64_t rank) const {
  double found = 0;
  std::uint64_t seen = 0;
  visit_counts([&](Bucket bucket, std::uint64_t count) {
    seen += count;
    if (seen >= rank) found = middle(bucket);
    return seen >= rank;
  });
  return found;
}

std::uint64_t Histogram::at_most(double seconds) const {
  const Bucket last = bucket_of(seconds);
  std::uint64_t seen = 0;
  visit_counts([&](Bucket bucket, std::uint64_t count) {
    const bool beyond = bucket > last || (bucket == last && middle(bucket) > seconds);
    if (!beyond) seen += count;
    return beyond;
  });
  return seen;
}

}  // namespace pcsim
