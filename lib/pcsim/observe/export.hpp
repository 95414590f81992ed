#pragma once

#include <pcsim/model/happening.hpp>
#include <pcsim/model/pipeline.hpp>

namespace pcsim {

/// A file that a run is written to.
class Export : public Observer {
public:
  /// The run is over: completes the file, which is left to its owner to close. Without an outcome the run was broken off, and is
  /// written as far as it came. To be called once. Throws std::system_error for what could not be written.
  virtual void end(const Outcome* outcome) = 0;
};

}  // namespace pcsim
