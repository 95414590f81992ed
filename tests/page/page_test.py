"""What all tests of pages have in common: a folder for the pages, a browser, and the command line."""

import argparse
import sys
import tempfile
import unittest

from browser import Browser, BrowserError


class PageTest(unittest.TestCase):
    options = None
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="pcsim-pages-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.browser = cls.enterClassContext(Browser(cls.options.chromium, cls.options.chromedriver))

    def setUp(self):
        self.browser.size(1280, 900)
        self.browser.media("light")
        self.browser.messages()


def run(case, description):
    """Runs the tests of a class, or those that the command line names, and exits."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pcsim", required=True, metavar="PATH", help="the program to test")
    parser.add_argument("--chromium", required=True, metavar="PATH")
    parser.add_argument("--chromedriver", required=True, metavar="PATH")
    parser.add_argument("--screenshots", metavar="FOLDER")
    parser.add_argument("tests", nargs="*", metavar="TEST", help="only these methods")
    case.options = parser.parse_args()
    names = case.options.tests or unittest.defaultTestLoader.getTestCaseNames(case)
    try:
        result = unittest.TextTestRunner(verbosity=2).run(unittest.TestSuite(map(case, names)))
    except BrowserError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    sys.exit(0 if result.wasSuccessful() else 1)
