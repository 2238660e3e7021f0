"""The estimators in a conversation: one file a tool, found through `registry.ESTIMATORS`.

To add one (`training.py` is the example):

1. Give it an `Ask` in `assistant/question.py`.
2. Write `<tool>.py` with one `Estimator` (see `estimator.py`):
   - `wants(reading)`: whether the question asks this. Be strict: a question about what a source
     says ("how much did Crusoe borrow?") is not an estimate, so look for the person's own numbers
     and verbs. Cues of all questions are in `assistant/cues.py`, those of one tool in its file;
   - `arguments(reading)`: arguments of the agent tool. Begin with `reading.again(TOOL)`, the
     arguments of the earlier call that a follow-up ("and with 512?", "那用LoRA呢？") changes;
   - `missing(reading)`: the one short question to ask back, in the reader's language, that says
     what would be assumed; None where nothing is missing. `reading.accepted` is true once the
     person agreed to that;
   - `section(reading, done, say)`: the answer. The first sentence answers; then a table with an
     evidence mark such as [t2:gpu_hours] for each figure; then what was assumed, what would
     change it most, and what is not known (`shown.py` has the last three);
   - `words`: its sentences in English and Simplified Chinese (`catalogue` makes the Traditional
     ones), Chinese ones for each assumption by its name included.
   An estimate of a job on rented GPUs sets `job=True`: where no price is told it is made again at
   the lowest and the highest current price. One that needs the results of another gives `then`.
3. Add it to `registry.ESTIMATORS`: the first that wants a question answers it, so the more
   special one stands before the more general.

Failed calls, and what is missing, are answered by the registry. Every figure of a section must
pass the grounding: `tests/assistant/test_estimating.py` asks every utterance of the toolbox.
"""
