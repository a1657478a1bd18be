"""How much of a file may be kept in mind at once: little packed bytes name very many samples."""

from releases.evidence.told import EvidenceProblem

MOST_SAMPLES = 200_000
MOST_CHARACTERS = 16 * 1024 * 1024


class Room:
    """Room for the ids of a file's samples; whoever keeps one takes it from here."""

    def __init__(self) -> None:
        self._samples, self._characters = MOST_SAMPLES, MOST_CHARACTERS

    def take(self, name: str) -> str:
        """Return the id that is to be kept. Raises EvidenceProblem where there is no room left."""
        self._samples -= 1
        self._characters -= len(name)
        if self._samples < 0:
            raise EvidenceProblem(
                f"The file has more than {MOST_SAMPLES} samples. Part the run into several."
            )
        if self._characters < 0:
            raise EvidenceProblem(
                f"The ids of the file's samples have more than {MOST_CHARACTERS} characters. Give "
                "the samples shorter ids, and run it again."
            )
        return name
