# SPDX-License-Identifier: GPL-2.0
"""Kernels in the output directories of Buildroot and Yocto, which build whole systems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vm import roots
from vm.errors import UserError
from vm.kernel import Kernel
from vm.machines import NATIVE
from vm.places import Place
from vm.places.image import from_image

IMAGE_NAMES = ("bzImage", "Image", "Image.gz", "zImage", "vmlinuz", "vmlinux", "uImage", "fitImage")


@dataclass(frozen=True)
class Output:
    """Where a builder puts things, as patterns below the directory that the user gives."""

    builder: str
    images: str
    modules: str
    config: str


# The output directory of Buildroot, and the one above it; Yocto's build directory, TMPDIR and the
# directory of one machine's images.
OUTPUTS = (
    Output("Buildroot", "images", "target", "build/linux-*/.config"),
    Output("Buildroot", "output/images", "output/target", "output/build/linux-*/.config"),
    Output("Yocto", "tmp/deploy/images/*", "tmp/deploy/images/*/modules-*.tgz",
           "tmp/work/*/linux-*/*/linux-*-build/.config"),
    Output("Yocto", "deploy/images/*", "deploy/images/*/modules-*.tgz",
           "work/*/linux-*/*/linux-*-build/.config"),
    Output("Yocto", ".", "modules-*.tgz", "config*"),
)


class Embedded(Place):
    """Directories in which Buildroot or Yocto has built a system."""

    def takes(self, files: Sequence[Path]) -> bool:
        """Take a directory that has an image where one of them puts it."""
        return len(files) == 1 and files[0].is_dir() and _find(_whole(files[0])) is not None

    def open(self, files: Sequence[Path], modules: Sequence[Path], name: str,
             arch: str = NATIVE) -> Kernel:
        """Return the kernel of an output directory, with its modules if they are built."""
        path = _whole(files[0])
        found = _find(path)
        assert found
        output, image = found
        version = roots.version_of(image, arch=arch)
        config = roots.configuration(image, version) or next(
            (one for one in sorted(path.glob(output.config)) if one.is_file()), None)
        return from_image(image, modules or _modules(path, output, version), config, name,
                          f"{output.builder} output {path}", "the output directory has none", arch)


def _whole(path: Path) -> Path:
    """Return Buildroot's output directory for the one of its images, any other as it is."""
    full = path.absolute()
    return full.parent if full.name == "images" and (full.parent / "target").is_dir() else path


def _find(path: Path) -> tuple[Output, Path] | None:
    """Return what kind of output directory it is and its image; None if it is none."""
    for output in OUTPUTS:
        directories = sorted(path.glob(output.images)) if output.images != "." else [path]
        found = [(directory, image) for directory in directories
                 if (image := next((directory / name for name in IMAGE_NAMES
                                    if (directory / name).is_file()), None))]
        if len(found) > 1:
            raise UserError(f"{path} has images for several machines: give one of"
                            f" {', '.join(str(directory) for directory, _ in found)}")
        if found:
            return output, found[0][1]
    return None


def _modules(path: Path, output: Output, version: str) -> list[Path]:
    """Return the modules that were built beside the image: an archive, or a directory."""
    for place in sorted(path.glob(output.modules)):
        if place.is_file() or roots.module_directory(place, version):
            return [place]
    return []
