#include "diagnostics.hpp"

#include <pcsim/model/write_all.hpp>

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <memory>
#include <new>
#include <string>
#include <utility>

namespace pcsim::app {

void set_up_diagnostics() {
  auto logger = std::make_shared<spdlog::logger>("pcsim", std::make_shared<spdlog::sinks::stderr_sink_st>());
  logger->set_pattern("pcsim: %v");
  logger->set_error_handler([](const std::string&) {});  // where stderr cannot be written to, nobody can be told
  spdlog::set_default_logger(std::move(logger));
}

std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    line += code < 0x20 || code == 0x7f ? fmt::format("\\x{:02x}", code) : std::string(1, c);
  }
  return line;
}

void tell_failure(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::bad_alloc&) {
    spdlog::error("out of memory");
  } catch (const std::exception& error) {
    spdlog::error("{}", one_line(error.what()));
  }
}

bool write_to_stderr(std::string_view text) noexcept { return write_all(STDERR_FILENO, text); }

}  // namespace pcsim::app
