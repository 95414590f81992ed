#!/usr/bin/env python3
"""Opens pages of --export-html in Chromium, and uses them as people do.

    python3 run_page.py --pcsim build/pcsim --chromium chromium --chromedriver chromedriver
    python3 run_page.py ... --screenshots FOLDER    keeps a picture of each page

Exit status: 0 if all is well, 1 if not.
"""

import json
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True  # a test leaves nothing in the source tree

from browser import ELEMENT  # noqa: E402
from page_test import PageTest, run  # noqa: E402

TAB, ENTER, ESCAPE, CONTROL = "\ue004", "\ue007", "\ue00c", "\ue009"
LEFT, UP, RIGHT, DOWN = "\ue012", "\ue013", "\ue014", "\ue015"
UNITS = {"s": 1, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9}

RUNS = {  # by the page's name: the flags
    "lesson": [],
    "backlog": ["--items", "60", "--produce-delay", "0.001", "--maxsize", "4"],
    "coordinated": ["--items", "40", "--consumers", "8", "--produce-delay", "0.002", "--limit", "3", "--lock-delay", "0.01",
                    "--timeout", "70ms", "--fail-at", "7,20", "--on-failure", "continue", "--maxsize", "3"],
    "put-first": ["--produce-first", "--items", "9", "--stop-after", "0.2"],
    "deadlock": ["--items", "8", "--sentinels", "1"],
    "failed": ["--fail-at", "5"],
    "nothing": ["--items", "0", "--produce-delay", "0"],
    "instant": ["--items", "20", "--produce-delay", "0", "--consume-delay", "0"],
    "long": ["--produce-delay", "1e8", "--consume-delay", "1e8,2e8"],
    "short": ["--produce-delay", "2ns", "--consume-delay", "1ns,9ns"],
    "crowd": ["--items", "3000", "--producers", "100", "--consumers", "1000", "--maxsize", "64"],
    "large": ["--items", "100000"],
    "thinned": ["--items", "300000", "--consumers", "60", "--produce-delay", "0.0009", "--maxsize", "9"],
}


def seconds(text):
    number, unit = text.split()
    return float(number.replace(",", "")) * UNITS[unit]


def luminance(color):
    channels = [int(color[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted([luminance(one), luminance(other)], reverse=True)
    return (light + 0.05) / (dark + 0.05)


class Page(PageTest):
    def file(self, name):
        return os.path.join(self.folder.name, name)

    def page(self, name):
        """The page of a run; beside it are its figures and its events."""
        path = self.file(name + ".html")
        if not os.path.exists(path):
            command = [self.options.pcsim, "--clock", "virtual", "--trace", "none", "--summary", "none", *RUNS[name],
                       "--export-html", path, "--export-json", self.file(name + ".json")]
            if name not in ("large", "thinned"):
                command += ["--export-events", self.file(name + ".jsonl")]
            subprocess.run(command, check=False, stderr=subprocess.DEVNULL)
        return path

    def open(self, name):
        self.browser.open(self.page(name))

    def figures(self, name):
        with open(self.file(name + ".json"), encoding="utf-8") as file:
            return json.load(file)

    def events(self, name):
        with open(self.file(name + ".jsonl"), encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def seen(self):
        """The part of the time that the timeline shows."""
        return self.browser.run("const { from, to } = document.getElementById('timeline').dataset;"
                                "return [Number(from), Number(to)]")

    def story(self, selector="#story"):
        """The rows of a story: what, when, how long."""
        return self.browser.run("return [...document.querySelector(arguments[0]).querySelectorAll('tr')]"
                                ".map((row) => [...row.cells].map((cell) => cell.textContent))", selector)

    def item_told(self, selector="#story"):
        caption = self.browser.run("return document.querySelector(arguments[0] + ' caption')?.textContent", selector)
        return caption and int(re.match(r"Item ([0-9,]+):", caption)[1].replace(",", ""))

    def told_in(self, row, step=16):
        """The items whose stories come up as the pointer goes along a row, in order."""
        left, top, width, _ = self.browser.box("#timeline")
        items = []
        for x in range(int(left) + 45, int(left + width) - 10, step):
            self.browser.hover(x, top + 14 + 26 * row)
            item = not self.browser.run("return document.getElementById('tip').hidden") and self.item_told("#tip")
            if item and item not in items[-1:]:
                items.append(item)
        return items

    # --- every page

    def test_every_page_loads_without_a_word_on_the_console_and_loads_nothing_else(self):
        for name in RUNS:
            with self.subTest(name):
                self.open(name)
                self.browser.keys("0")
                self.assertEqual(self.browser.messages(), [])
                self.assertEqual(self.browser.run("return performance.getEntriesByType('resource').map((one) => one.name)"), [])
                milliseconds = self.browser.run("return performance.getEntriesByType('navigation')[0].loadEventEnd")
                print(f"{name}: {os.path.getsize(self.page(name)) / 1e6:.2f} MB, loaded after {milliseconds:.0f} ms")
                if self.options.screenshots:
                    self.browser.screenshot(os.path.join(self.options.screenshots, name + ".png"))

    def test_the_figures_on_every_page_are_those_of_the_run(self):
        for name in RUNS:
            with self.subTest(name):
                self.open(name)
                shown = self.browser.run("return [...document.querySelectorAll('[data-measure]')]"
                                         ".map((cell) => [cell.dataset.measure, cell.dataset.value, cell.textContent])")
                unit = self.browser.text("#figures caption").removeprefix("Durations in ")
                expected = {}
                for key, value in self.figures(name).items():
                    if key in ("makespan", "throughput", "utilization"):
                        expected[key] = value
                    elif key in ("wait", "service", "latency", "blocked", "queue", "items"):
                        expected |= {f"{key}.{inner}": one for inner, one in value.items()}
                self.assertEqual({measure: float(value) for measure, value, _ in shown}, expected)
                self.assertEqual(len(shown), len(expected))
                for measure, _, text in shown:
                    with self.subTest(measure):
                        self.check_text(measure, text, expected[measure], unit)

    def check_text(self, measure, text, value, unit):
        group = measure.split(".")[0]
        if group in ("wait", "service", "latency", "blocked"):
            self.assertAlmostEqual(float(text.replace(",", "")), value / UNITS[unit], delta=0.00051)
        elif measure == "makespan":
            self.assertAlmostEqual(seconds(text), value, delta=0.00051 * value)
        elif text.endswith(" %"):
            self.assertAlmostEqual(float(text[:-2]), 100 * value, delta=0.051)
        else:
            self.assertAlmostEqual(float(text.replace(",", "")), value, delta=0.00051 * abs(value))

    def test_the_actors_tables_have_the_figures_of_each(self):
        for name in ("lesson", "crowd"):
            self.open(name)
            tables = self.browser.run("return [...document.querySelectorAll('.actors')].map((box) =>"
                                      "[...box.querySelectorAll('tbody tr')].map((row) => [...row.cells].map((c) => c.textContent)))")
            unit = 1e-3 if name == "lesson" else 1
            for table, role, idle in zip(tables, ("producers", "consumers"), ("blocked", "waiting")):
                actors = self.figures(name)[role]
                self.assertEqual(len(table), len(actors))
                for number, ((label, items, busy, rest, share), actor) in enumerate(zip(table, actors), 1):
                    self.assertEqual(label, f"{role[0].upper()}{number}")
                    self.assertEqual(int(items.replace(",", "")), actor["items"])
                    self.assertAlmostEqual(float(busy.replace(",", "")), actor["busy"] / unit, delta=0.00051)
                    self.assertAlmostEqual(float(rest.replace(",", "")), actor[idle] / unit, delta=0.00051)
                    self.assertAlmostEqual(float(share[:-2]), 100 * actor["utilization"], delta=0.051)

    def test_a_page_says_how_its_run_ended(self):
        for name, text in (("lesson", "Done after 330.8 ms: 12 consumed"), ("deadlock", "Deadlock after 248.6 ms: 8 consumed"),
                           ("failed", "Failed: C1 on item 5 after"), ("put-first", "Ended early, after 200 ms")):
            self.open(name)
            self.assertTrue(self.browser.text("#outcome").startswith(text), self.browser.text("#outcome"))
            self.assertEqual(self.browser.text("#report").startswith("deadlock at 0.249"), name == "deadlock")

    # --- the timeline

    def test_the_pointer_along_a_row_meets_the_items_that_its_actor_had_to_do_with(self):
        self.open("lesson")
        self.assertEqual(self.told_in(0), list(range(1, 13)))
        self.assertEqual(self.told_in(1), [1, 3, 5, 8, 10])
        self.assertEqual(self.told_in(2), [2, 4, 6, 7, 9, 11, 12])

    def test_a_story_is_what_happened_to_its_item(self):
        for name in ("lesson", "backlog", "coordinated", "put-first"):
            self.open(name)
            events = self.events(name)
            end = self.figures(name)["makespan"]
            for item in (1, 5, 7, 8):
                with self.subTest(f"{name}, item {item}"):
                    self.find(item)
                    self.assertEqual(self.item_told(), item)
                    self.check_story(events, item, end)

    def check_story(self, events, item, end):
        at, who, drawn = {}, {}, {}
        for event in events:
            if event.get("item") == item:
                kind = event["event"]
                at.setdefault(kind, event["at"])
                who.setdefault(kind, event["actor"])
                drawn[kind] = event.get("seconds")
        done = next((at[kind] for kind in ("consumed", "timed_out", "failed", "cancelled") if kind in at), end)
        told = {what: seconds(length) for what, _, length in self.story()}

        def same(what, expected):
            self.assertIn(what, told)
            self.assertAlmostEqual(told[what], expected, delta=0.0006 * expected + 1e-9)

        producer, consumer = who["put"], who.get("got")
        blocked = f"{producer} blocked: the queue is full"
        if "blocked" in at and at["put"] > at["blocked"]:
            same(blocked, at["put"] - at["blocked"])
        else:
            self.assertNotIn(blocked, told)
        same("Waited in the queue", at.get("got", end) - at["put"])
        if consumer:
            worked = done - at["got"]
            for line in (f"{consumer} in line for the limit", f"{consumer} in line for the lock", f"{consumer} has the lock"):
                worked -= told.get(line, 0)
            self.assertAlmostEqual(told[f"Worked on by {consumer}"], worked, delta=0.0006 * (done - at["got"]) + 1e-9)
            if "work" in drawn and "lock" in drawn:
                same(f"Worked on by {consumer}", drawn["work"])
                same(f"{consumer} has the lock", drawn["lock"])
        whole, = (what for what in told if what.startswith(("From the start of put", "Until it was given up")))
        same(whole, done - at.get("blocked", at["put"]))

    def find(self, item):
        field = self.browser.call("POST", "/element", {"using": "css selector", "value": "#find-item"})[ELEMENT]
        self.browser.call("POST", f"/element/{field}/clear", {})
        self.browser.call("POST", f"/element/{field}/value", {"text": str(item) + ENTER})
        self.browser.settle()

    def test_the_buttons_zoom_and_move_and_show_all_again(self):
        self.open("lesson")
        end = self.figures("lesson")["makespan"]
        self.assertEqual(self.seen(), [0, end])

        def press(button):
            left, top, width, height = self.browser.box(button)
            self.browser.click(left + width / 2, top + height / 2)
            return self.seen()

        begin, to = press("#zoom-in")
        self.assertAlmostEqual(to - begin, end / 2)
        self.assertAlmostEqual(begin, end / 4)
        self.assertGreater(press("#later")[0], begin)
        self.assertAlmostEqual(press("#earlier")[0], begin)
        self.assertAlmostEqual(press("#zoom-out")[1], end)
        press("#zoom-in")
        self.assertEqual(press("#zoom-all"), [0, end])

    def test_the_wheel_zooms_at_the_pointer_with_ctrl_and_scrolls_the_page_without(self):
        self.open("lesson")
        end = self.figures("lesson")["makespan"]
        left, top, width, _ = self.browser.box("#timeline")
        self.browser.wheel(left + width * 3 / 4, top + 30, -120, CONTROL)
        begin, to = self.seen()
        self.assertLess(to - begin, 0.9 * end)
        self.assertGreater(begin, end - to)  # so that what was under the pointer still is
        self.browser.wheel(left + width * 3 / 4, top + 30, 4000, CONTROL)
        self.assertEqual(self.seen(), [0, end])
        self.browser.wheel(left + width / 2, top + 30, 200)
        self.assertEqual(self.seen(), [0, end])
        self.browser.run("scrollTo(0, 0)")
        self.browser.click(left + width - 20, top + 14)
        self.browser.wheel(left + width / 2, top + 30, -120)
        self.assertLess(self.seen()[1] - self.seen()[0], 0.9 * end)

    def test_a_drag_moves_what_is_seen_with_the_pointer(self):
        self.open("lesson")
        left, top, width, _ = self.browser.box("#timeline")
        self.browser.click(left + width - 20, top + 14)
        self.browser.keys("+")
        begin, to = self.seen()
        self.browser.drag(left + 600, top + 30, left + 500, top + 30)
        moved = self.seen()[0] - begin
        self.assertAlmostEqual(moved, 100 / (width - 50) * (to - begin), delta=0.1 * moved)
        self.assertAlmostEqual(self.seen()[1] - self.seen()[0], to - begin)

    def test_the_timeline_can_be_used_with_the_keyboard_alone(self):
        self.open("lesson")
        for _ in range(12):
            self.browser.keys(TAB)
            if self.browser.run("return document.activeElement.id") == "timeline":
                break
        self.assertEqual(self.browser.run("return document.activeElement.id"), "timeline")
        outline = self.browser.run("const s = getComputedStyle(document.activeElement); return [s.outlineStyle, s.outlineWidth]")
        self.assertEqual(outline, ["solid", "2px"])
        self.browser.keys("n")
        self.assertEqual(self.item_told(), 1)
        self.browser.keys("n", "n")
        self.assertEqual(self.item_told(), 3)
        self.browser.keys("p")
        self.assertEqual(self.item_told(), 2)
        self.browser.keys(DOWN, "n")  # to the first of C1 that is seen, since C1 had nothing to do with item 2
        self.assertEqual(self.item_told(), 1)
        self.browser.keys("n", "n")
        self.assertEqual(self.item_told(), 5)
        self.assertTrue(self.browser.text("#said").startswith("C1, "))
        self.browser.keys(ENTER)
        begin, to = self.seen()
        put, done = (next(e["at"] for e in self.events("lesson") if e["event"] == kind and e.get("item") == 5)
                     for kind in ("put", "consumed"))
        self.assertTrue(begin < put < done < to < self.figures("lesson")["makespan"])
        self.browser.keys("-", RIGHT)
        self.assertGreater(self.seen()[1], to)
        self.browser.keys("0")
        self.assertEqual(self.seen(), [0, self.figures("lesson")["makespan"]])
        self.browser.keys("+", LEFT, LEFT, LEFT, LEFT)
        self.assertEqual(self.seen()[0], 0)
        self.browser.keys(ESCAPE)
        self.assertIsNone(self.item_told())
        self.browser.keys(TAB)
        self.assertNotEqual(self.browser.run("return document.activeElement.id"), "timeline")
        self.assertEqual(self.browser.messages(), [])

    def test_a_click_keeps_a_story_and_the_depth_is_told_under_the_pointer(self):
        self.open("lesson")
        left, top, width, height = self.browser.box("#timeline")
        self.browser.click(left + width - 40, top + 14 + 2 * 26)
        self.assertEqual(self.item_told(), 12)
        self.browser.hover(left + width / 2, top + height - 60)
        self.assertRegex(self.browser.text("#tip"), r"^[012] items? in the queue at [0-9.]+ ms$")
        self.browser.hover(5, 5)
        self.assertTrue(self.browser.run("return document.getElementById('tip').hidden"))
        self.assertEqual(self.item_told(), 12)

    def test_where_there_are_many_actors_they_share_rows_that_can_be_opened(self):
        self.open("crowd")
        self.assertIn("50 consumers share a row", self.browser.text("#thinned"))
        self.browser.run("document.getElementById('timeline').focus()")
        rows = lambda: self.browser.run("return document.getElementById('row-space').offsetHeight") / 16  # noqa: E731
        self.assertEqual(self.browser.run("return document.getElementById('row-space').offsetHeight"), 40 * 20)
        self.browser.keys(*[DOWN] * 25)
        self.assertTrue(self.browser.text("#said").startswith("C251–C300, "))
        self.browser.keys(ENTER)
        self.assertEqual(rows(), 90)
        self.browser.keys(DOWN, DOWN, DOWN)
        self.assertTrue(self.browser.text("#said").startswith("C253, "))
        self.browser.keys("n")
        told = self.item_told()
        self.assertIn({"got", "consumed"}, [{e["event"] for e in self.events("crowd")
                                            if e.get("item") == told and e["actor"] == "C253" and e["event"] != "work"}])
        self.browser.keys(UP, UP, UP, ENTER)
        self.assertEqual(self.browser.run("return document.getElementById('row-space').offsetHeight"), 40 * 20)

    def test_a_hundred_thousand_items_are_all_there(self):
        self.open("large")
        self.assertLess(os.path.getsize(self.page("large")), 3_000_000)
        self.assertIn("All 100,000 items are in this page.", self.browser.text("#thinned"))
        for item in (1, 73_412, 100_000):
            self.find(item)
            self.assertEqual(self.item_told(), item)
            self.assertLess(self.seen()[1] - self.seen()[0], 3)

    def test_a_page_that_is_thinned_out_says_so_and_shows_what_it_has(self):
        self.open("thinned")
        self.assertLess(os.path.getsize(self.page("thinned")), 3_000_000)
        note = self.browser.text("#thinned")
        self.assertIn("Thinned out: of 300,000 items consumed, the page has the story of every 4th item, 75,000 in all.", note)
        self.find(200_001)
        self.assertEqual(self.item_told(), 200_001)
        self.find(200_002)
        self.assertEqual(self.item_told(), 200_001)
        left, top, width, _ = self.browser.box("#timeline")
        self.browser.run("document.getElementById('timeline').focus()")
        self.browser.keys("0")
        self.browser.hover(left + width / 2, top + 14 + 26)
        self.assertRegex(self.browser.text("#tip"), r"^C1–C5 at [0-9.]+ s: working [0-9]+ %, blocked [0-9]+ % of [0-9.]+ m?s$")

    # --- how it looks

    def test_text_can_be_read_in_light_and_in_dark(self):
        self.open("lesson")
        papers = set()
        for scheme in ("light", "dark"):
            self.browser.media(scheme)
            color = self.browser.run("const s = getComputedStyle(document.documentElement);"
                                     "return Object.fromEntries(['paper', 'raised', 'ink', 'soft', 'link', 'bad', 'first', 'second', 'lane']"
                                     ".map((name) => [name, s.getPropertyValue('--' + name).trim()]))")
            papers.add(color["paper"])
            for text, ground in (("ink", "paper"), ("soft", "paper"), ("ink", "raised"), ("soft", "raised"), ("link", "paper"),
                                 ("bad", "paper"), ("paper", "first")):
                self.assertGreaterEqual(contrast(color[text], color[ground]), 4.5, f"{scheme}: {text} on {ground}")
            for shape, ground in (("first", "lane"), ("first", "paper"), ("second", "lane"), ("second", "paper")):
                self.assertGreaterEqual(contrast(color[shape], color[ground]), 2.5, f"{scheme}: {shape} on {ground}")
            self.assertEqual(self.browser.run("return getComputedStyle(document.body).backgroundColor"),
                             "rgb({}, {}, {})".format(*(int(color["paper"][i:i + 2], 16) for i in (1, 3, 5))))
        self.assertEqual(len(papers), 2)

    def test_on_a_phone_nothing_is_wider_than_the_screen_and_a_tap_tells_a_story(self):
        self.browser.size(390, 844, mobile=True)
        for name in ("lesson", "coordinated", "deadlock", "crowd", "thinned"):
            with self.subTest(name):
                self.open(name)
                self.assertLessEqual(self.browser.run("return document.documentElement.scrollWidth"), 390)
                small = self.browser.run("return [...document.querySelectorAll('p, td, th, dd, dt, button, li')]"
                                         ".filter((one) => parseFloat(getComputedStyle(one).fontSize) < 13).length")
                self.assertEqual(small, 0)
                if self.options.screenshots:
                    self.browser.screenshot(os.path.join(self.options.screenshots, name + "-phone.png"))
        self.open("lesson")
        self.browser.run("document.getElementById('timeline').scrollIntoView({ block: 'center' })")
        self.browser.settle()
        left, top, width, _ = self.browser.box("#timeline")
        self.browser.click(left + width - 30, top + 14 + 2 * 26, kind="touch")
        self.assertEqual(self.item_told(), 12)

    def test_what_a_user_names_is_text_and_nothing_else(self):
        name = "<img src=x onerror=alert(1)>&amp;.toml"
        scenario, page = self.file(name), self.file("named.html")
        with open(scenario, "w", encoding="utf-8") as file:
            file.write('clock = "virtual"\ntrace = "none"\n')
        subprocess.run([self.options.pcsim, "replay", scenario, "--summary", "none", "--export-html", page], check=True)
        self.browser.open(page)
        self.assertEqual(self.browser.text("#title"), name)
        self.assertEqual(self.browser.run("return document.title"), name)
        self.assertEqual(self.browser.run("return document.images.length"), 0)
        self.assertEqual(self.browser.messages(), [])


if __name__ == "__main__":
    run(Page, __doc__)
