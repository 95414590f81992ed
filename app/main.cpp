#include "command_line.hpp"
#include "compare.hpp"
#include "diagnostics.hpp"
#include "exit_status.hpp"
#include "run.hpp"

#include <spdlog/spdlog.h>

#include <csignal>
#include <exception>
#include <new>

int main(int argc, char** argv) {
  using namespace pcsim::app;
  // Whoever started the program may have had it ignored.
  std::signal(SIGPIPE, SIG_DFL);
  try {
    set_up_diagnostics();
    ExitStatus status = done;
    for (const Request& request : parse_command_line(argc, argv)) {
      const ExitStatus one = request.command == Command::compare ? compare(request) : run(request);
      if (status == done) status = one;
      if (one >= interrupted) break;
    }
    return status;
  } catch (const UsageError& error) {
    spdlog::error("{}", error.what());
    return bad_input;
  } catch (const std::bad_alloc&) {
    spdlog::error("out of memory");
    return run_failed;
  } catch (const std::exception& error) {
    spdlog::error("{}", error.what());
    return run_failed;
  }
}
