#include <pcsim/observe/distribution.hpp>

#include <pcsim/assert.hpp>

#include <algorithm>
#include <cmath>

namespace pcsim {

void Distribution::clear() {
  moments_ = Moments();
  values_.clear();
  if (histogram_) histogram_->clear();
  only_counted_ = -1;
  zeros_ = 0;
}

void Distribution::add_apart(double seconds) {
  if (exact()) {
    values_.push_back(seconds);
    if (values_.size() <= most_exact) return;
    if (!histogram_) histogram_ = std::make_unique<Histogram>();
    for (const double value : values_) {
      moments_.add(value);
      histogram_->add(value);
    }
    if (values_.front() == 0) only_counted_ = 0;
    values_.clear();
    return;
  }
  moments_.add(seconds);
  histogram_->add(seconds);
}

Moments Distribution::moments() const {
  Moments all = moments_;
  all.add_zeros(zeros_);
  for (const double value : values_) all.add(value);
  return all;
}

double Distribution::percentile(double q) const {
  PCSIM_ASSERT(0 < q && q <= 1);
  const auto rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(count()))));
  if (rank >= count()) return max();
  if (rank <= zeros_) return 0;
  if (!exact()) return std::clamp(histogram_->value(rank - zeros_), moments_.min(), moments_.max());
  std::vector<double> values = values_;
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::nth_element(values.begin(), nth, values.end());
  return *nth;
}

std::uint64_t Distribution::at_most(double seconds) const {
  if (exact())
    return static_cast<std::uint64_t>(
        std::count_if(values_.begin(), values_.end(), [&](double value) { return value <= seconds; }));
  if (seconds >= moments_.max()) return count();
  if (seconds < moments_.min()) return 0;
  return std::clamp<std::uint64_t>(zeros_ + histogram_->at_most(seconds), 1, count() - 1);
}

}  // namespace pcsim
