#include "command_line.hpp"
#include "compare.hpp"
#include "diagnostics.hpp"
#include "exit_status.hpp"
#include "run.hpp"
#include "size.hpp"
#include "sweep.hpp"

#include <csignal>
#include <exception>

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
  // Whoever started the program may have had it ignored.
  std::signal(SIGPIPE, SIG_DFL);
  try {
    set_up_diagnostics();
    ExitStatus status = done;
    for (const Request& request : parse_command_line(argc, argv)) {
      const ExitStatus one = carry_out(request);
      if (status == done) status = one;
      if (is_interrupted(one)) break;
    }
    return status;
  } catch (const UsageError&) {
    tell_failure(std::current_exception());
    return bad_input;
  } catch (const std::exception&) {
    tell_failure(std::current_exception());
    return run_failed;
  }
}
