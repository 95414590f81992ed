#include <pcsim/observe/output.hpp>

#include "simulation.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

namespace pcsim {
namespace {

void append(Output& output, std::string_view text) {
  output.buffer().append(text);
  output.wrote();
}

// Numbered lines, so that what is lost or written twice is seen.
std::string lines(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) fmt::format_to(std::back_inserter(text), "line {}\n", i);
  return text;
}

TEST_CASE("what is appended is in the file once it is closed") {
  const ScratchFile file(".txt");
  const std::string text = lines(100000);
  Output output(file.path());
  for (std::size_t i = 0; i < text.size(); i += 1000) append(output, std::string_view(text).substr(i, 1000));
  output.close();
  CHECK(file.read() == text);
  CHECK_NOTHROW(output.close());
}

TEST_CASE("a file is as it was until what replaces it is closed") {
  const ScratchFile file(".txt");
  file.write("what was there before");
  Output output(file.path());
  append(output, std::string(1 << 20, 'x'));
  output.flush();
  CHECK(file.read() == "what was there before");
  output.complete();
  CHECK(file.read() == "what was there before");
  output.close();
  CHECK(file.read() == std::string(1 << 20, 'x'));
}

TEST_CASE("what was to replace a file and is not closed is gone") {
  const ScratchFile file(".txt");
  file.write("what was there before");
  {
    Output output(file.path());
    append(output, std::string(1 << 20, 'x'));
    output.complete();
  }
  CHECK(file.read() == "what was there before");
}

TEST_CASE("in place, what was there goes with the first write") {
  const ScratchFile file(".txt");
  file.write("what was there before");
  { Output output(file.path(), Output::Way::in_place); }
  CHECK(file.read() == "what was there before");
  Output output(file.path(), Output::Way::in_place);
  append(output, "new");
  CHECK(file.read() == "what was there before");
  output.flush();
  CHECK(file.read() == "new");
}

TEST_CASE("in place, a file of which all is nothing is empty") {
  const ScratchFile file(".txt");
  file.write("what was there before");
  Output output(file.path(), Output::Way::in_place);
  output.close();
  CHECK(file.read().empty());
}

TEST_CASE("little is kept back until it is flushed, or written at once if so asked") {
  const ScratchFile file(".txt");
  Output output(file.path(), Output::Way::in_place);
  append(output, "one ");
  CHECK(file.read().empty());
  output.flush();
  CHECK(file.read() == "one ");
  append(output, "two ");
  output.write_at_once(true);
  append(output, "three");
  CHECK(file.read() == "one two three");
}

TEST_CASE("an output that is written in place writes what is left when it is destroyed") {
  const ScratchFile file(".txt");
  {
    Output output(file.path(), Output::Way::in_place);
    append(output, "left");
  }
  CHECK(file.read() == "left");
}

// As long as it exists, files may have so many bytes, and more are an error.
class FileSizeLimit {
public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

private:
  void (*handler_)(int);
  rlimit before_{};
};

TEST_CASE("where a write fails, what is written in place ends with a whole line, and nothing comes after") {
  const std::string text = lines(100);
  for (const rlim_t most : {0U, 1U, 6U, 7U, 8U, 100U, 500U}) {
    CAPTURE(most);
    const ScratchFile file(".txt");
    {
      const FileSizeLimit limit(most);
      Output output(file.path(), Output::Way::in_place);
      append(output, text);
      CHECK_THROWS_AS(output.flush(), std::system_error);
    }
    const std::size_t whole = most == 0 ? 0 : text.rfind('\n', most - 1) + 1;
    CHECK(file.read() == text.substr(0, whole));

    const ScratchFile other(".txt");
    Output output(other.path(), Output::Way::in_place);
    {
      const FileSizeLimit limit(most);
      append(output, text);
      CHECK_THROWS_AS(output.flush(), std::system_error);
    }
    append(output, "more\n");
    CHECK_THROWS_AS(output.close(), std::system_error);
    CHECK(other.read() == text.substr(0, whole));
  }
}

TEST_CASE("where a write fails, a file is not replaced, whatever comes after") {
  const ScratchFile file(".txt");
  file.write("as it was");
  Output output(file.path());
  {
    const FileSizeLimit limit(1000);
    append(output, lines(1000));
    CHECK_THROWS_AS(output.flush(), std::system_error);
  }
  append(output, "more");
  CHECK_THROWS_AS(output.close(), std::system_error);
  CHECK(file.read() == "as it was");
}

TEST_CASE("a file is no terminal") {
  const ScratchFile file(".txt");
  CHECK_FALSE(Output(file.path()).is_terminal());
}

TEST_CASE("writes that are cut short or interrupted lose and repeat nothing") {
  const ScratchFile file(".pipe");
  REQUIRE(::mkfifo(file.path().c_str(), 0600) == 0);
  struct sigaction interrupting {};
  struct sigaction before {};
  interrupting.sa_handler = [](int) {};  // and without SA_RESTART
  REQUIRE(::sigaction(SIGUSR1, &interrupting, &before) == 0);

  const std::string text = lines(100000);
  const pthread_t writer = ::pthread_self();
  std::string read;
  std::atomic<bool> writing = true;
  {
    // Reads a little at a time, and interrupts the writer each time: it then has written a part of what it was to write.
    const std::jthread reader([&] {
      const int descriptor = ::open(file.path().c_str(), O_RDONLY);
      std::array<char, 5000> buffer;
      for (ssize_t size; (size = ::read(descriptor, buffer.data(), buffer.size())) > 0;) {
        read.append(buffer.data(), static_cast<std::size_t>(size));
        if (writing) ::pthread_kill(writer, SIGUSR1);
      }
      ::close(descriptor);
    });
    Output output(file.path());
    append(output, text);
    output.close();
    writing = false;
  }
  ::sigaction(SIGUSR1, &before, nullptr);
  CHECK(read == text);
}

std::string message_of(const auto& action) {
  try {
    action();
  } catch (const std::system_error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST_CASE("a full device is an error that names it, when it is written to or closed, and not when it is destroyed") {
  const std::string expected = "/dev/full: No space left on device";
  CHECK(message_of([] {
    Output output("/dev/full");
    append(output, "text");
    output.close();
  }) == expected);
  CHECK(message_of([] {
    Output output("/dev/full");
    append(output, std::string(1 << 20, 'x'));
  }) == expected);
  CHECK(message_of([] {
    Output output("/dev/full");
    append(output, "text");
  }) == "nothing was thrown");
}

TEST_CASE("what cannot be opened is an error that names it") {
  const ScratchFile file(".txt");
  const std::string folder = std::filesystem::path(file.path()).parent_path();
  CHECK(message_of([&] { Output output(folder + "/none/file"); }) == folder + "/none/file: No such file or directory");
  CHECK(message_of([&] { Output output(folder); }) == folder + ": Is a directory");
  CHECK(message_of([] { Output output(""); }) == ": No such file or directory");
}

TEST_CASE("a dash is standard output, which stays open") {
  const ScratchFile file(".txt");
  std::fflush(stdout);
  const int kept = ::dup(STDOUT_FILENO);
  const int other = ::open(file.path().c_str(), O_WRONLY | O_CREAT, 0600);
  ::dup2(other, STDOUT_FILENO);
  {
    Output output("-");
    append(output, "first ");
    output.close();
  }
  {
    Output output("-");
    append(output, "second");
  }
  ::dup2(kept, STDOUT_FILENO);
  ::close(kept);
  ::close(other);
  CHECK(file.read() == "first second");
}

}  // namespace
}  // namespace pcsim
