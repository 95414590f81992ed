#pragma once

#include <pcsim/model/happening.hpp>
#include <pcsim/observe/output.hpp>
#include <pcsim/observe/trace_format.hpp>

namespace pcsim {

/// Writes the trace.
class TextTrace final : public Observer {
public:
  /// REQUIRES: `output` outlives this.
  TextTrace(TraceFormat format, Output& output) : format_(format), output_(output) {}

  void on(const Happening& happening) override {
    if (format_.append(output_.buffer(), happening)) output_.wrote();
  }
  void on_pause(const Pause&) override { output_.flush(); }  // what warns of it comes after the lines before it
  void on_wait() override { output_.flush(); }

private:
  TraceFormat format_;
  Output& output_;
};

}  // namespace pcsim
