#include "attempts.hpp"

#include "diagnostics.hpp"

#include <utility>

namespace pcsim::app {

void Attempts::failed(std::exception_ptr failure) {
  if (first_)
    tell_failure(failure);
  else
    first_ = std::move(failure);
}

}  // namespace pcsim::app
