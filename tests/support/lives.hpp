#pragma once

#include <cstddef>
#include <set>

namespace pcsim {

/// The lives of values of type Life: what is destroyed twice, or used when it is dead, is found out.
struct Lives {
  std::set<const void*> alive;
  std::size_t begun = 0;
  std::size_t errors = 0;
};

/// A value that begins and ends in the books of its Lives. It can be moved only; what was moved from still has its life.
class Life {
public:
  Life(Lives& lives, int value) : lives_(&lives), value_(value) { begin(); }
  Life(Life&& other) noexcept : lives_(other.lives_), value_(other.value()) {
    other.value_ = moved_from;
    begin();
  }
  Life& operator=(Life&& other) noexcept {
    if (!lives_->alive.contains(this)) ++lives_->errors;
    value_ = other.value();
    if (this != &other) other.value_ = moved_from;
    return *this;
  }
  ~Life() {
    if (lives_->alive.erase(this) != 1) ++lives_->errors;
  }

  int value() const {
    if (!lives_->alive.contains(this)) ++lives_->errors;
    return value_;
  }

private:
  static constexpr int moved_from = -1;

  void begin() {
    ++lives_->begun;
    if (!lives_->alive.insert(this).second) ++lives_->errors;
  }

  Lives* lives_;
  int value_;
};

}  // namespace pcsim
