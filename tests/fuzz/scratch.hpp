#pragma once

#include <string>
#include <string_view>

namespace pcsim {

/// A temporary folder, which is gone when the program ends.
class Scratch {
public:
  Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch();

  const std::string& folder() const { return folder_; }

  /// Writes a file into it; returns its path.
  std::string write(std::string_view name, std::string_view bytes) const;

private:
  std::string folder_;
};

}  // namespace pcsim
