#!/usr/bin/env python3
"""Opens pages of sweep --export-html in Chromium, and holds what is drawn against the sweep's figures.

    python3 sweep_page.py --pcsim build/pcsim --chromium chromium --chromedriver chromedriver
    python3 sweep_page.py ... --screenshots FOLDER    keeps a picture of each page

Exit status: 0 if all is well, 1 if not.
"""

import json
import math
import os
import subprocess
import sys

sys.dont_write_bytecode = True  # a test leaves nothing in the source tree

from page_test import PageTest, run  # noqa: E402

SWEEPS = {  # by the page's name: the flags
    "one": ["--items", "300", "--consumers", "1:4", "--measure", "makespan,wait.mean,latency.p99,utilization"],
    "two": ["--items", "300", "--consumers", "1:12", "--maxsize", "0,1,4,16", "--produce-delay", "exp:10ms", "--consume-delay",
            "exp:40ms"],
    "stuck": ["--items", "100", "--consumers", "1:3", "--sentinels", "1,3", "--consume-delay", "20ms|exp:30ms|0.01,0.05"],
    "all-stuck": ["--items", "20", "--consumers", "2,3", "--sentinels", "1"],
    "failing": ["--items", "200", "--consumers", "1:3", "--fail-at", "150", "--timeout", "5ms,80ms", "--consume-delay", "exp:20ms"],
    "many": ["--items", "50", "--consumers", "1:64", "--limit", "1:40", "--measure", "throughput,wait.p99"],
    "delays": ["--items", "50", "--consume-delay", "exp:20ms|0.01,0.05|lognormal:-3.2,0.5|pareto:2.5,0.01|exp:40ms|exp:60ms"],
    "scales": ["--items", "50", "--timeout", "500us,1ms,10ms,100ms,1s", "--measure", "items.timed_out,throughput,queue.full"],
    "zeros": ["--items", "50", "--maxsize", "0,1,10,100,1000,100000", "--consumers", "2,3,5,8", "--measure", "wait.max,blocked.mean"],
    "facets": ["--items", "50", "--maxsize", "0,3", "--consumers", "1:3", "--limit", "1,2", "--timeout", "20ms,60ms", "--measure",
               "wait.mean,queue.mean_depth"],
    "wide": ["--items", "5", "--consumers", "1:2500", "--replications", "2", "--measure", "makespan"],
    "single": ["--items", "50"],
}


class SweepPage(PageTest):
    def open(self, name):
        """Returns the sweep's own table."""
        page, table = (os.path.join(self.folder.name, name + end) for end in (".html", ".json"))
        if not os.path.exists(page):
            subprocess.run([self.options.pcsim, "sweep", "--replications", "5", *SWEEPS[name], "--export-html", page,
                            "--export-json", table], check=True, stdout=subprocess.DEVNULL)
        self.browser.open(page)
        with open(table, encoding="utf-8") as file:
            return json.load(file)

    def measures(self):
        return json.loads(self.browser.text("#data"))["measures"]

    def points(self, measure):
        """Of all charts of a measure: what each point is of, and how high it stands."""
        return self.browser.run(
            "return [...document.querySelectorAll(`figure[data-measure=\"${arguments[0]}\"] .hit`)]"
            ".map((one) => [one.querySelector('title').textContent, Number(one.getAttribute('cx')), Number(one.getAttribute('cy'))])",
            measure)

    @staticmethod
    def name(row):
        return ", ".join(f"{setting} = {value}" for setting, value in row["values"].items())

    def test_every_page_loads_without_a_word_on_the_console_and_loads_nothing_else(self):
        for name in SWEEPS:
            with self.subTest(name):
                self.open(name)
                self.browser.run("document.getElementById('logarithmic').click()")
                self.browser.settle()
                self.assertEqual(self.browser.messages(), [])
                self.assertEqual(self.browser.run("return performance.getEntriesByType('resource').map((one) => one.name)"), [])
                self.assertNotRegex(self.browser.text("main"), r"NaN|undefined|Infinity|null")
                if self.options.screenshots:
                    self.browser.run("document.getElementById('logarithmic').click()")
                    self.browser.screenshot(os.path.join(self.options.screenshots, f"sweep-{name}.png"))

    def test_the_table_has_every_row_with_its_figures_and_its_troubles(self):
        for name in SWEEPS:
            with self.subTest(name):
                rows = self.open(name)["rows"]
                names = self.measures()
                shown = self.browser.run(
                    "return [...document.querySelectorAll('#table tbody tr')].map((row) => [[...row.cells].map((c) => c.textContent),"
                    "[...row.querySelectorAll('[data-measure]')].map((c) => [c.dataset.measure, c.dataset.mean, c.dataset.low, c.dataset.high])])")
                self.assertEqual(len(shown), min(len(rows), 1000))
                for (texts, figures), row in zip(shown, rows):
                    values = list(row["values"].values())
                    self.assertEqual(texts[:len(values)], values)
                    expected = [[m, *(row["measures"][m][key] for key in ("mean", "low", "high"))] for m in names if m in row["measures"]]
                    self.assertEqual([[m, *map(float, rest)] for m, *rest in figures], expected)
                    for what in ("deadlock", "failure"):
                        count = row[what + "s"]
                        self.assertEqual(f"{what} in {count} of 5" in texts[-1], count > 0, texts)

    def test_each_point_is_as_high_as_its_mean_on_either_scale(self):
        for name in ("one", "two", "stuck", "failing", "scales", "facets", "many"):
            rows = {self.name(row): row for row in self.open(name)["rows"]}
            for scale in (lambda mean: mean, math.log):
                for measure in self.measures():
                    with self.subTest(f"{name}, {measure}, {'linear' if scale(1) else 'logarithmic'}"):
                        points = self.points(measure)
                        self.assertEqual(len({told for told, _, _ in points}), len(points))
                        self.assertGreaterEqual(len(points), min(len(rows), 64 * 24))
                        # A delay may have colons in it, but none with a space after it.
                        told = [(rows[text.split(": ")[0]]["measures"].get(measure), y) for text, _, y in points]
                        heights = sorted({(figure["mean"], y) for figure, y in told if figure})
                        if scale is math.log and heights[0][0] <= 0:
                            continue
                        (low, bottom), (high, top) = heights[0], heights[-1]
                        for mean, y in heights:
                            share = (scale(mean) - scale(low)) / (scale(high) - scale(low)) if high > low else 0
                            self.assertAlmostEqual(y, bottom + share * (top - bottom), delta=0.01)
                self.browser.run("document.getElementById('logarithmic').click()")
                self.browser.settle()

    def test_there_is_a_chart_for_each_measure_and_combination_of_further_settings_and_a_line_for_each_value_of_the_second(self):
        for name, charts, lines in (("one", 4, 1), ("two", 5, 4), ("stuck", 10, 3), ("facets", 8, 2), ("many", 2, 24), ("single", 0, 0)):
            with self.subTest(name):
                self.open(name)
                self.assertEqual(self.browser.run("return document.querySelectorAll('.panel svg.chart').length"), charts)
                legend = self.browser.run("return document.querySelectorAll('#legend svg').length")
                self.assertEqual(legend, lines if lines > 1 else 0)
        self.open("many")
        self.assertIn("24 of 40 values of limit are drawn", self.browser.text("#reading"))
        self.open("wide")
        self.assertIn("500 of 2,500 values of consumers are drawn", self.browser.text("#reading"))
        self.assertIn("the first 1,000 of 2,500 rows", self.browser.text("#table-note"))
        self.open("all-stuck")
        self.assertIn("There is nothing to draw", self.browser.text("#charts"))

    def test_no_text_of_a_chart_runs_into_another_or_out_of_it_on_any_screen(self):
        for width in (1280, 390):
            for name in SWEEPS:
                with self.subTest(f"{name}, {width} pixels"):
                    self.browser.size(width, 900, mobile=width < 500)
                    self.open(name)
                    self.assertLessEqual(self.browser.run("return document.documentElement.scrollWidth"), width)
                    faults = self.browser.run("""
                        const faults = [];
                        for (const chart of document.querySelectorAll('.chart')) {
                          const frame = chart.getBoundingClientRect();
                          // What is slanted has a box that is much larger than itself.
                          const texts = [...chart.querySelectorAll('text:not([transform])')].map((one) => [one.textContent, one.getBoundingClientRect()]);
                          texts.forEach(([text, box], i) => {
                            if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1) faults.push(`${text} is cut`);
                            for (const [other, its] of texts.slice(i + 1))
                              if (box.left < its.right && its.left < box.right && box.top + 2 < its.bottom && its.top + 2 < box.bottom) faults.push(`${text} / ${other}`);
                          });
                        }
                        return faults;""")
                    self.assertEqual(faults, [])
                    if self.options.screenshots and width < 500:
                        self.browser.screenshot(os.path.join(self.options.screenshots, f"sweep-{name}-phone.png"))

    def test_lines_can_be_told_from_the_paper_in_light_and_in_dark(self):
        for scheme in ("light", "dark"):
            self.browser.media(scheme)
            for name in ("one", "two", "many"):
                self.open(name)
                if self.options.screenshots:
                    self.browser.screenshot(os.path.join(self.options.screenshots, f"sweep-{name}-{scheme}.png"))
                contrasts = self.browser.run("""
                    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
                    const luminance = (color) => {
                      canvas.fillStyle = color;
                      canvas.fillRect(0, 0, 1, 1);
                      const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
                      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
                    };
                    const paper = luminance(getComputedStyle(document.body).backgroundColor);
                    return [...document.querySelectorAll('.series .line')].map((line) => luminance(getComputedStyle(line).stroke))
                      .map((one) => (Math.max(one, paper) + 0.05) / (Math.min(one, paper) + 0.05));""")
                self.assertGreater(min(contrasts), 3, f"{name}, {scheme}")


if __name__ == "__main__":
    run(SweepPage, __doc__)
