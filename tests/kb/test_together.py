"""Several processes change one library: each change is in the history once, nothing is lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from kb.knowledge_base import KnowledgeBase

ROOT = Path(__file__).parents[2]
WRITER = """
import sys
from pathlib import Path
from kb.knowledge_base import KnowledgeBase
home, name = Path(sys.argv[1]), sys.argv[2]
path = home.parent / f"{name}.md"
with KnowledgeBase.open(home) as kb:
    source = None
    for number in range(4):
        path.write_text(f"# {name}\\n\\nThe {name} fund lends {number}00 GPUs.\\n")
        source = kb.add(path, replace=source).source.id
        found = {hit.passage.text for hit in kb.search(f"{name} fund GPUs", 5)}
        assert any(f"{number}00 GPUs" in text for text in found), found
        kb.sync()
    print(source)
"""


def test_two_writers_and_a_reader(tmp_path: Path) -> None:
    home = tmp_path / "home"
    names = ("Quillon", "Ostrava")
    with KnowledgeBase.open(home) as reader:
        reader.search("warm up")
        writers = [
            subprocess.Popen(
                [sys.executable, "-c", WRITER, str(home), name],
                cwd=ROOT, stdout=subprocess.PIPE, text=True,
            )
            for name in names
        ]  # fmt: skip
        while any(writer.poll() is None for writer in writers):
            for hit in reader.search("fund GPUs", 20):
                # What is found can be shown, in the version that was found.
                source = reader.source(hit.passage.source, hit.passage.version)
                assert source.text[hit.passage.start : hit.passage.end] == hit.passage.text
        ids = [writer.communicate()[0].strip() for writer in writers]
        assert [writer.returncode for writer in writers] == [0, 0]
        for source_id in ids:
            changes = reader.history(source_id)
            assert [c.action for c in changes] == ["add", "replace", "replace", "replace"]
            assert changes[-1].version == reader.source(source_id).version
            assert all(reader.source(source_id, c.version) for c in changes)
        assert [f for f in reader.check(600) if f.severity == "error"] == []
        assert reader.sync().steps == []
