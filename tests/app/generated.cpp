#include "generated.hpp"

#include <cstdint>

namespace pcsim {

namespace {

class Generator {
public:
  explicit Generator(std::mt19937_64& random) : random_(random) {}

  Texts flags() {
    add("--producers", whole(1, 4));
    add("--consumers", whole(1, 6));
    const std::uint64_t items = whole(1, 40);
    add("--items", items);
    if (chance(60)) add("--maxsize", whole(0, 6));
    if (chance(80)) add("--produce-delay", delay());
    if (chance(80)) add("--consume-delay", delay());
    if (chance(30)) flags_.push_back("--produce-first");
    if (chance(80)) add("--seed", random_() >> whole(1, 60));
    if (chance(60)) add("--streams", one_of({"shared", "per-actor", "per-item"}));
    const std::string shutdown = one_of({"sentinel", "join-sentinel", "join-cancel"});
    if (shutdown != "sentinel" || chance(30)) add("--shutdown", shutdown);
    if (shutdown != "join-cancel" && chance(20)) add("--sentinels", whole(0, 8));
    if (chance(20)) add("--ready-after", duration());
    if (chance(30)) add("--limit", whole(1, 4));
    if (chance(30)) add("--lock-delay", delay());
    if (chance(30)) add("--timeout", duration());
    const std::string work = one_of({"async", "async", "block", "thread"});
    if (work != "async" || chance(30)) add("--work", work);
    if (work == "thread" && chance(60)) add("--threads", whole(1, 4));
    if (chance(25)) add("--fail-at", std::to_string(whole(1, items)) + "," + std::to_string(whole(1, items)));
    if (chance(30)) add("--on-failure", one_of({"stop", "continue"}));
    if (chance(25)) add("--stop-after", duration());
    if (chance(40)) add("--on-stop", one_of({"cancel", "finish", "drain"}));
    if (chance(50)) add("--trace", one_of({"lesson", "full"}));
    return std::move(flags_);
  }

private:
  std::uint64_t whole(std::uint64_t least, std::uint64_t most) {
    return std::uniform_int_distribution<std::uint64_t>(least, most)(random_);
  }

  bool chance(std::uint64_t percent) { return whole(1, 100) <= percent; }

  std::string one_of(const Texts& all) { return all[whole(0, all.size() - 1)]; }

  void add(const std::string& flag, const std::string& value) { flags_.insert(flags_.end(), {flag, value}); }
  void add(const std::string& flag, std::uint64_t value) { add(flag, std::to_string(value)); }

  std::string duration() {
    const std::string digits = std::to_string(whole(1, 300));
    return one_of({digits + "ms", "0." + digits, std::to_string(whole(1, 999'999)) + "us", digits + "e-3", digits + ".5ms"});
  }

  std::string delay() {
    const std::string low = std::to_string(whole(0, 50));
    const std::string high = std::to_string(whole(50, 200));
    return one_of({low + "ms", high + "ms", low + "ms," + high + "ms", "0.0" + low + ",0." + high, "exp:" + high + "ms",
                   "lognormal:-3.25,0." + low, "pareto:1.75," + high + "ms", "0"});
  }

  std::mt19937_64& random_;
  Texts flags_;
};

}  // namespace

Texts generated_flags(std::mt19937_64& random) { return Generator(random).flags(); }

}  // namespace pcsim
