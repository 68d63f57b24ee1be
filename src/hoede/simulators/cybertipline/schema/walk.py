"""Walk along the slots of an element, child by child. Pure."""

from hoede.simulators.cybertipline.schema.grammar import Element, Slot


class Walk:
    """Where we are in an element's slots: `at` a slot that was filled `seen` times."""

    def __init__(self, element: Element) -> None:
        self._slots = element.slots
        self._any_order = element.any_order
        self._at = 0
        self._seen = 0

    def take(self, name: str) -> Element | None:
        """The element this child is; None when it may not stand here (the walk then stays where it was)."""
        if self._any_order:
            return self._take_any(name)
        seen = self._seen
        for at in range(self._at, len(self._slots)):
            slot = self._slots[at]
            found = slot.option(name) if slot.has_room(seen) else None
            if found:
                self._at, self._seen = at, seen + 1
                return found
            if seen < slot.least:
                return None
            seen = 0
        return None

    def _take_any(self, name: str) -> Element | None:
        for slot in self._slots:
            found = slot.option(name)
            if found:
                self._slots = tuple(other for other in self._slots if other is not slot)
                return found
        return None

    def expected(self) -> tuple[str, ...]:
        """Names that could stand here, up to and with the first that must."""
        names: list[str] = []
        for slot, seen in self._ahead():
            if slot.has_room(seen):
                names.extend(option.name for option in slot.options)
            if seen < slot.least:
                break
        return tuple(names)

    def lacks(self) -> bool:
        return any(seen < slot.least for slot, seen in self._ahead())

    def _ahead(self) -> list[tuple[Slot, int]]:
        ahead = self._slots[self._at :]
        return [(slot, self._seen if n == 0 else 0) for n, slot in enumerate(ahead)]
