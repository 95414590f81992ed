#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace pcsim::app {

/// A line on stderr that says what is going on and how long it still takes, on a terminal only. It is gone when this is
/// destroyed.
class Progress {
public:
  Progress();
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Something begins that takes so many seconds. Thread-safe.
  void begin(std::string what, double seconds);

private:
  void draw(std::stop_token stop);

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::string what_;
  double seconds_ = 0;
  std::chrono::steady_clock::time_point since_;
  std::jthread thread_;  // the last member: it uses the others
};

}  // namespace pcsim::app
