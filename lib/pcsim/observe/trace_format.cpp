#include <pcsim/observe/trace_format.hpp>

#include <fmt/compile.h>
#include <fmt/format.h>

#include <cstdint>
#include <iterator>

namespace pcsim {

namespace {

// As `{:.3f}`, which takes three times as long. A product is rounded, but never past a number that it could be: the middle
// between two thousandths is one, so that only what is rounded to it has to be looked at more closely.
void append_time(fmt::memory_buffer& text, double at) {
  const auto out = std::back_inserter(text);
  const double thousandths = at * 1000;
  if (thousandths < 1e9) {
    const auto whole = static_cast<std::uint32_t>(thousandths);
    const double rest = thousandths - whole;
    if (rest != 0.5) {
      const std::uint32_t rounded = whole + (rest > 0.5);
      fmt::format_to(out, FMT_COMPILE("{}.{:03} "), rounded / 1000, rounded % 1000);
      return;
    }
  }
  fmt::format_to(out, FMT_COMPILE("{:.3f} "), at);
}

}  // namespace

bool TraceFormat::append(fmt::memory_buffer& text, const Happening& happening) const {
  using Kind = Happening::Kind;
  if (!full_ && (happening.kind == Kind::blocked || happening.kind == Kind::got)) return false;

  const auto out = std::back_inserter(text);
  const char role = happening.who.role == Actor::Role::producer ? 'P' : 'C';
  const auto actor = happening.who.number;
  const auto id = happening.item;
  append_time(text, happening.at);
  switch (happening.kind) {
    case Kind::blocked: fmt::format_to(out, FMT_COMPILE("P{} BLOCKED id={}\n"), actor, id); break;
    case Kind::put:
      if (name_producers_)
        fmt::format_to(out, FMT_COMPILE("PROD {} by P{}\n"), id, actor);
      else
        fmt::format_to(out, FMT_COMPILE("PROD {}\n"), id);
      break;
    case Kind::got: fmt::format_to(out, FMT_COMPILE("C{} GET id={}\n"), actor, id); break;
    case Kind::consumed: fmt::format_to(out, FMT_COMPILE("C{} id={} payload={}\n"), actor, id, id * id); break;
    case Kind::timed_out: fmt::format_to(out, FMT_COMPILE("C{} TIMEOUT id={}\n"), actor, id); break;
    case Kind::failed: fmt::format_to(out, FMT_COMPILE("C{} FAIL id={}\n"), actor, id); break;
    case Kind::cancelled:
      if (id != 0)
        fmt::format_to(out, FMT_COMPILE("{}{} CANCELLED id={}\n"), role, actor, id);
      else
        fmt::format_to(out, FMT_COMPILE("{}{} CANCELLED\n"), role, actor);
      break;
    case Kind::stopped: fmt::format_to(out, FMT_COMPILE("C{} STOP\n"), actor); break;
    case Kind::ready: fmt::format_to(out, FMT_COMPILE("READY\n")); break;
    case Kind::stopping: fmt::format_to(out, FMT_COMPILE("STOPPING\n")); break;
    case Kind::done: fmt::format_to(out, FMT_COMPILE("DONE\n")); break;
  }
  return true;
}

}  // namespace pcsim
