#include "command_line.hpp"
#include "compare.hpp"
#include "diagnostics.hpp"
#include "ending_signals.hpp"
#include "exit_status.hpp"
#include "run.hpp"
#include "size.hpp"
#include "standard_streams.hpp"
#include "sweep.hpp"

#include <csignal>
#include <exception>
#include <system_error>

namespace {

using namespace pcsim::app;

ExitStatus carry_out(const Request& request) {
  switch (request.command) {
    case Command::compare: return compare(request);
    case Command::sweep: return sweep(request);
    case Command::merge: return merge(request);
    case Command::size: return size(request);
    default: return run(request);
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    open_closed_standard_streams();
    set_up_ending_signals();
    set_up_diagnostics();
    ExitStatus status = done;
    for (const Request& request : parse_command_line(argc, argv)) {
      const ExitStatus one = carry_out(request);
      if (status == done || is_interrupted(one)) status = one;
      if (is_interrupted(one)) break;
    }
    return status;
  } catch (const UsageError&) {
    tell_failure(std::current_exception());
    return bad_input;
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::broken_pipe) end_by_signal(SIGPIPE);  // nobody reads: what was to be kept is kept by now
    tell_failure(std::current_exception());
    return error.code() == std::errc::interrupted && first_signal() != 0 ? exit_status_of(first_signal()) : run_failed;
  } catch (const std::exception&) {
    tell_failure(std::current_exception());
    return run_failed;
  }
}
