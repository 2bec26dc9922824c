"""Peers of bench/peers/faces.sh in Python: dlib on a frame, and exact searches."""

import sys
import time
from importlib import resources
from statistics import median

import numpy

ROUNDS = 30


def measure(name, work):
    work()
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1e3)
    print(f"{name:<32} {median(times):8.2f} ms (best {min(times):.2f})")
    return median(times)


def frame(path):
    import dlib

    models = resources.files("face_recognition_models") / "models"
    detector = dlib.get_frontal_face_detector()
    points = dlib.shape_predictor(str(models / "shape_predictor_5_face_landmarks.dat"))
    net = dlib.face_recognition_model_v1(
        str(models / "dlib_face_recognition_resnet_model_v1.dat")
    )
    image = dlib.load_rgb_image(path)
    faces = detector(image, 0)
    print(f"{len(faces)} face(s) in {image.shape[1]} x {image.shape[0]}")
    if not faces:
        sys.exit("dlib finds no face in the frame")
    shape = points(image, faces[0])
    total = measure("JPEG", lambda: dlib.load_rgb_image(path))
    total += measure("detection (HOG)", lambda: detector(image, 0))
    measure("detection (HOG, upsampled)", lambda: detector(image, 1))
    total += measure("5 points", lambda: points(image, faces[0]))
    total += measure("descriptor", lambda: net.compute_face_descriptor(image, shape))
    print(f"{'frame to identity, by addition':<32} {total:8.2f} ms")


def search():
    import faiss
    import simsimd

    random = numpy.random.default_rng(1)
    people = random.standard_normal((1_000_000, 128), dtype=numpy.float32)
    people /= numpy.linalg.norm(people, axis=1, keepdims=True)
    face = people[123_456].copy()
    faiss.omp_set_num_threads(1)
    flat = faiss.IndexFlatIP(128)
    flat.add(people)
    row = face.reshape(1, -1)
    measure("reading that memory once", lambda: people.view(numpy.uint64).max())
    measure("numpy f32", lambda: int((people @ face).argmax()))
    measure("faiss flat f32", lambda: flat.search(row, 1))
    measure("simsimd f32", lambda: numpy.asarray(simsimd.cdist(row, people, "dot")).argmax())
    halves = people.astype(numpy.float16)
    half = row.astype(numpy.float16)
    measure("simsimd f16", lambda: numpy.asarray(simsimd.cdist(half, halves, "dot")).argmax())


if sys.argv[1] == "frame":
    frame(sys.argv[2])
else:
    search()
