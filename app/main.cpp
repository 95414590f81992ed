#include "command_line.hpp"
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
    const auto request = parse_command_line(argc, argv);
    return request ? run(*request) : done;
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
