#pragma once

#include "output_files.hpp"
#include "request.hpp"

#include <pcsim/model/happening.hpp>
#include <pcsim/model/pipeline.hpp>
#include <pcsim/observe/export.hpp>
#include <pcsim/observe/statistics.hpp>
#include <pcsim/observe/text_trace.hpp>
#include <pcsim/observe/timeline.hpp>
#include <pcsim/observe/trace_check.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace pcsim::app {

/// All that a run is written to, as the request wants it: the trace, the files, the summary.
class Outputs {
public:
  /// Opens them all. Throws UsageError, so that nothing has run where one cannot be had. REQUIRES: `request` outlives this.
  explicit Outputs(const Request& request);

  /// Null if there are to be none.
  Statistics* statistics() { return statistics_ ? &*statistics_ : nullptr; }

  /// But for the statistics.
  const std::vector<Observer*>& observers() const { return observers_; }

  /// Whether something is written to stdout.
  bool use_stdout() const { return !files_.on_stdout().empty(); }

  /// After a run that was broken off: completes and closes them all, as far as it came. Throws std::system_error.
  void close();

  /// After the run: completes and closes them all, then draws the timeline and tells the summary on stderr. False if these
  /// could not be written there, or the trace is not the one that was to be verified, which it has said. Throws std::system_error
  /// for what could not be written.
  bool finish(const Outcome& outcome);

private:
  struct LastSeen final : Observer {
    void on(const Happening& happening) override { at = happening.at; }
    double at = 0;
  };

  void save(Output& file);
  void open_exports();
  void open_trace();
  void open_check();
  void end_exports(const Outcome* outcome);
  bool tell_figures(const Outcome& outcome);
  bool verify();

  const Request& request_;
  OutputFiles files_;
  std::vector<Observer*> observers_;

  std::optional<TextTrace> trace_;
  std::unique_ptr<TraceCheck> check_;
  std::optional<Statistics> statistics_;
  std::optional<Timeline> timeline_;
  std::vector<std::unique_ptr<Export>> exports_;
  LastSeen last_seen_;  // where the exports of a run that is broken off end
  std::unique_ptr<Observer> pause_warning_;
};

}  // namespace pcsim::app
