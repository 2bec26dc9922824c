"""pyfingerprint against the simulated sensor: everything it can do with one."""

import os
import subprocess
import sys
import tempfile

from PIL import Image
from pyfingerprint.pyfingerprint import PyFingerprint


class Bench:
    """The simulator, and orders to whoever puts fingers on it."""

    def __init__(self, program, link):
        self.process = subprocess.Popen(
            [program, "--link", link],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        assert self.process.stdout.readline().startswith("device ")

    def order(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        assert not answer.startswith("error"), answer
        return answer

    def end(self):
        self.process.stdin.close()
        self.process.wait(timeout=10)


def press(bench, sensor, finger, impression, buffer):
    bench.order(f"print {finger} {impression}")
    assert sensor.readImage()
    sensor.convertImage(buffer)


def exchanges(bench, sensor, folder):
    assert sensor.verifyPassword()
    assert sensor.getStorageCapacity() == 1000
    assert not sensor.readImage(), "a finger where there is none"

    press(bench, sensor, 1, 0, 1)
    picture = os.path.join(folder, "picture.bmp")
    sensor.downloadImage(picture)
    greys = Image.open(picture).convert("L")
    assert greys.size == (256, 288)
    assert len(greys.getcolors()) > 4, "an empty picture"

    press(bench, sensor, 1, 1, 2)
    assert sensor.compareCharacteristics() > 0
    assert sensor.createTemplate()
    assert sensor.storeTemplate(5) == 5
    press(bench, sensor, 1, 2, 1)
    assert sensor.searchTemplate()[0] == 5
    press(bench, sensor, 2, 0, 1)
    assert sensor.searchTemplate() == (-1, -1)

    template = sensor.downloadCharacteristics(1)
    assert len(template) == 512
    assert sensor.uploadCharacteristics(2, template)
    assert sensor.compareCharacteristics() > 0
    assert sensor.getTemplateIndex(0)[:8] == [False] * 5 + [True, False, False]
    assert sensor.deleteTemplate(5)
    assert sensor.getTemplateCount() == 0


def main():
    with tempfile.TemporaryDirectory() as folder:
        link = os.path.join(folder, "sensor")
        bench = Bench(sys.argv[1], link)
        try:
            exchanges(bench, PyFingerprint(link, 57600), folder)
        finally:
            bench.end()
    print("pyfingerprint and the simulated sensor understand one another")


main()
