#include "diagnostics.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace pcsim::app {

void set_up_diagnostics() {
  auto logger = std::make_shared<spdlog::logger>("pcsim", std::make_shared<spdlog::sinks::stderr_sink_st>());
  logger->set_pattern("pcsim: %v");
  logger->set_error_handler([](const std::string&) {});  // where stderr cannot be written to, nobody can be told
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace pcsim::app
