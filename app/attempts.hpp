#pragma once

#include <exception>

namespace pcsim::app {

/// Things that are done one after another, each whatever became of those before: a table is printed though a file of it could not
/// be written.
class Attempts {
public:
  template <class Do>
  void operator()(Do what) {
    try {
      what();
    } catch (...) {
      failed(std::current_exception());
    }
  }

  /// Throws what the first that failed has thrown.
  void rethrow() const {
    if (first_) std::rethrow_exception(first_);
  }

private:
  // Only one failure can reach main: the others are told at once.
  void failed(std::exception_ptr failure);

  std::exception_ptr first_;
};

}  // namespace pcsim::app
