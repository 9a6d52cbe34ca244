"""C-FIND and C-GET against an archive in this process, on a port of loopback."""

import time

import pydicom
import pytest
from pydicom.dataset import Dataset
from pynetdicom import AE, ALL_TRANSFER_SYNTAXES, evt
from pynetdicom.sop_class import CTImageStorage

from made.hospital import ct
from made.servers import dripping
from radioloom.errors import CaseError, StudyError
from radioloom.io.archives import archive, dimse
from radioloom.io.archives.archive import Arrivals, IncompleteSeries, Interrupted, bring
from radioloom.io.archives.credentials import Credentials
from radioloom.io.archives.dimse import Dimse, Find, Get

STUDY, SERIES = "2.25.1", "2.25.1001"  # of hospital.ct


class Pacs:
    """Holds one series; `lost` is never sent, `refuse` is the status of answers, `abort_after` files it hangs up."""

    def __init__(self, held: dict[str, Dataset], offers=(Find, Get)):
        self.held, self.count, self.lost, self.refuse, self.abort_after = held, len(held), set(), 0, 10**6
        self.silent: dict[str, str | None] = {}  # keys that its answers leave out (None) or give otherwise
        self.levels: list[tuple[str, int]] = []
        entity = AE("PACS")
        entity.require_called_aet = True
        for model in offers:
            entity.add_supported_context(model)
        entity.add_supported_context(CTImageStorage, ALL_TRANSFER_SYNTAXES, scu_role=True, scp_role=True)
        handlers = [(evt.EVT_C_FIND, self.find), (evt.EVT_C_GET, self.get)]
        self.server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=handlers)
        self.port = self.server.server_address[1]

    def find(self, event):
        query = event.identifier
        if self.refuse:
            yield self.refuse, None
            return
        if query.SeriesInstanceUID != SERIES:
            return
        answer = Dataset()
        answer.QueryRetrieveLevel = query.QueryRetrieveLevel
        answer.StudyInstanceUID, answer.SeriesInstanceUID = STUDY, SERIES
        if query.QueryRetrieveLevel == "SERIES":
            answer.NumberOfSeriesRelatedInstances = self.count
            yield 0xFF00, self.spoken(answer)
            return
        for name, data in self.held.items():
            answer.SOPInstanceUID, answer.SOPClassUID = name, data.SOPClassUID
            yield 0xFF00, self.spoken(answer)

    def spoken(self, answer):
        for key, value in self.silent.items():
            if value is None and key in answer:
                delattr(answer, key)
            elif key in answer:
                answer.add_new(key, "LO", value)
        return answer

    def get(self, event):
        query = event.identifier
        asked = query.get("SOPInstanceUID") or list(self.held)
        names = [asked] if isinstance(asked, str) else list(asked)
        self.levels.append((query.QueryRetrieveLevel, len(names)))
        yield len(names)
        for n, name in enumerate(names):
            if n >= self.abort_after:
                self.abort_after = 10**6
                event.assoc.abort()
                return
            if name in self.lost:
                yield 0xFF00, None
            else:
                yield 0xFF00, self.held[name]


@pytest.fixture
def pacs(request, tmp_path_factory, monkeypatch):
    monkeypatch.setattr(archive, "WAIT_S", 0.0)
    monkeypatch.setattr(dimse, "ANSWER_S", 5)
    files = [pydicom.dcmread(path) for path in ct(tmp_path_factory.mktemp("ct"))]
    running = Pacs({str(data.SOPInstanceUID): data for data in files}, getattr(request, "param", (Find, Get)))
    yield running
    if running.server.socket.fileno() >= 0:
        running.server.shutdown()


def client(pacs, **changes):
    source = {"host": "127.0.0.1", "port": pacs.port, "aet": "PACS", "calling": "RADIOLOOM", "tls": False}
    return Dimse({**source, **changes}, Credentials(), "")


def pixels(folder):
    return {path.stem: bytes(pydicom.dcmread(path).PixelData) for path in folder.iterdir()}


def test_series_comes_whole(pacs, tmp_path):
    assert bring(client(pacs), tmp_path, SERIES)["files"] == 8
    assert pixels(tmp_path / SERIES) == {name: bytes(data.PixelData) for name, data in pacs.held.items()}
    assert pacs.levels == [("SERIES", 8)]


@pytest.mark.parametrize("counted", [True, False])
def test_series_whose_list_is_cut_short_is_not_whole(pacs, tmp_path, counted):
    everything, pacs.count = pacs.held, 5 if counted else ""
    find, get = pacs.find, pacs.get
    shown = dict(list(everything.items())[:5])

    def held(answers, what):
        def answer(event):
            pacs.held = what
            yield from answers(event)

        return answer

    pacs.server.bind(evt.EVT_C_FIND, held(find, shown))
    pacs.server.bind(evt.EVT_C_GET, held(get, everything))
    with pytest.raises(IncompleteSeries, match="lists 5 instances of the series, and sends others of it too: its"):
        bring(client(pacs), tmp_path, SERIES)
    assert not list(tmp_path.rglob("*.*"))


OPTIONAL = ("NumberOfSeriesRelatedInstances", "SOPClassUID", "QueryRetrieveLevel")


@pytest.mark.parametrize(
    "silent",
    [*({key: value} for key in OPTIONAL for value in (None, "", "many", "8.5", "9" * 5000)), dict.fromkeys(OPTIONAL)],
    ids=str,
)
def test_archive_that_leaves_out_what_it_need_not_say_gives_its_series(pacs, tmp_path, silent):
    pacs.silent = silent
    if len(silent.get("NumberOfSeriesRelatedInstances") or "") > 99:  # no reader of DICOM takes it
        with pytest.raises(CaseError, match="an answer of the archive to a C-FIND cannot be read"):
            bring(client(pacs), tmp_path, SERIES)
        return
    if silent.get("SOPClassUID") == "8.5":  # of no class that an archive could have: nothing can be agreed on
        with pytest.raises((StudyError, CaseError), match="archive"):
            bring(client(pacs), tmp_path, SERIES)
        return
    assert bring(client(pacs), tmp_path, SERIES)["files"] == 8
    assert pixels(tmp_path / SERIES) == {name: bytes(data.PixelData) for name, data in pacs.held.items()}


@pytest.mark.parametrize("key", ["StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"])
@pytest.mark.parametrize("value", [None, "", "../..", "9" * 5000, "1.2\\1.3"])
def test_archive_that_leaves_out_what_it_must_say_is_refused(pacs, tmp_path, key, value):
    pacs.silent = {key: value}
    if key == "StudyInstanceUID" and value:  # which the archive is asked with again, and that is all
        assert bring(client(pacs), tmp_path, SERIES)["files"] == 8
        return
    with pytest.raises(CaseError, match="archive"):
        bring(client(pacs), tmp_path, SERIES)
    assert not list(tmp_path.rglob("*.dcm"))


def test_instance_that_an_archive_without_a_count_does_not_send_is_said(pacs, tmp_path):
    pacs.silent, pacs.lost = dict.fromkeys(OPTIONAL), {list(pacs.held)[5]}
    with pytest.raises(IncompleteSeries, match="1 of 8 files did not arrive whole"):
        bring(client(pacs), tmp_path, SERIES)


# In the answer to our greeting, to a search, and in the series.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("fast", [100, 800, 5000])
def test_archive_that_drips_is_given_up(pacs, tmp_path, monkeypatch, fast):
    monkeypatch.setattr(archive, "ATTEMPTS", 1)
    monkeypatch.setattr(dimse, "ANSWER_S", 1)
    with dripping(pacs.port, fast, every_s=0.2) as pacs.port:
        began = time.monotonic()
        with pytest.raises(StudyError, match=r"no association|broke off in the middle of a C-"):
            bring(client(pacs), tmp_path, SERIES)
        assert time.monotonic() - began < 12


def test_association_that_broke_goes_on_by_uid(pacs, tmp_path):
    pacs.abort_after = 3
    assert bring(client(pacs), tmp_path, f"{STUDY}/{SERIES}")["files"] == 8
    assert pacs.levels == [("SERIES", 8), ("IMAGE", 5)]


def test_instance_that_is_not_sent_is_said(pacs, tmp_path):
    pacs.lost = {list(pacs.held)[5]}
    with pytest.raises(IncompleteSeries, match="1 of 8 files did not arrive whole"):
        bring(client(pacs), tmp_path, SERIES)
    assert pacs.levels == [("SERIES", 8), ("IMAGE", 1), ("IMAGE", 1), ("IMAGE", 1)]


def test_many_instances_are_asked_for_in_batches(pacs, tmp_path, monkeypatch):
    monkeypatch.setattr(dimse, "AT_ONCE", 3)
    pacs.abort_after = 1
    bring(client(pacs), tmp_path, SERIES)
    assert pacs.levels[1:] == [("IMAGE", 3), ("IMAGE", 3), ("IMAGE", 1)]


def test_list_that_is_shorter_than_the_count_is_said(pacs):
    pacs.count = 9
    with pytest.raises(IncompleteSeries, match="counts 9 instances in the series, and lists 8"):
        client(pacs).listed("", SERIES)


def test_series_that_is_not_there_is_one_cases_fault(pacs):
    with pytest.raises(CaseError, match=r"^the archive finds 0 series of this UID"):
        client(pacs).listed("", "2.25.404")


def test_what_drops_out_does_not_name_the_hospitals_machine(pacs, monkeypatch):
    monkeypatch.setattr(dimse, "MOST", 7)
    for uid in (SERIES, "2.25.404"):
        with pytest.raises(CaseError) as caught:
            client(pacs).listed("", uid)
        assert not any(name in str(caught.value) for name in ("127.0.0.1", str(pacs.port), "PACS"))


def test_refusals_stop_the_study(pacs):
    with pytest.raises(StudyError, match=r"OTHER at .* does not know us as 'RADIOLOOM'; correct `source.aet`"):
        client(pacs, aet="OTHER").listed("", SERIES)
    pacs.refuse = 0xA700
    with pytest.raises(StudyError, match=r"refuses the C-FIND .status 0xA700.; ask its administrator"):
        client(pacs).listed("", SERIES)


@pytest.mark.parametrize("pacs", [(Find,)], indirect=True)
def test_archive_without_get_is_told_and_not_a_crash(pacs, tmp_path):
    with pytest.raises(StudyError, match=r"the archive offers no C-GET; use its DICOMweb"):
        bring(client(pacs), tmp_path, SERIES)


def test_association_that_went_between_two_queries_goes_on_by_uid(pacs, tmp_path, monkeypatch):
    monkeypatch.setattr(dimse, "AT_ONCE", 3)
    pacs.abort_after = 1
    get, gone = Dimse._get, []

    def get_and_lose(self, association, query):
        get(self, association, query)
        if not gone and query.QueryRetrieveLevel == "IMAGE":
            gone.append(association.abort())

    monkeypatch.setattr(Dimse, "_get", get_and_lose)
    assert bring(client(pacs), tmp_path, SERIES)["files"] == 8
    assert pacs.levels == [("SERIES", 8), ("IMAGE", 3), ("IMAGE", 3), ("IMAGE", 1)]
    with client(pacs)._association([dimse.build_context(Find)]) as association:
        association.abort()
        with pytest.raises(Interrupted, match="broke off in the middle of a C-FIND"):
            client(pacs)._study(association, "", SERIES)


# pynetdicom leaves the socket of a connection that was refused to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_archive_that_is_down_and_archive_without_tls(pacs):
    with pytest.raises(Interrupted, match="no association with TLS"):
        client(pacs, tls=True).listed("", SERIES)
    pacs.server.shutdown()
    with pytest.raises(Interrupted, match="no association without TLS"):
        client(pacs).listed("", SERIES)


def test_instance_that_grows_without_end_is_cut(pacs, tmp_path, monkeypatch):
    monkeypatch.setattr(dimse, "LARGEST", 2_000)
    for data in pacs.held.values():
        data.PixelData = bytes(100_000)
    arrivals = Arrivals(tmp_path / SERIES, {each.name: each for each in client(pacs).listed("", SERIES)}, True)
    arrivals.sweep()
    with pytest.raises(Interrupted, match="broke off in the middle of a C-GET"):
        client(pacs).send("", SERIES, arrivals)
    assert len(arrivals.missing()) == 8


def test_every_class_is_offered_in_every_syntax_within_the_limit():
    for classes in (set(), {"1.2.840.10008.5.1.4.1.1.2"}, {f"1.2.{n}" for n in range(200)}):
        contexts = dimse._storage(classes)
        assert len(contexts) <= dimse.MOST_CONTEXTS - 1
    assert len(dimse._storage({"1.2.3"})) == len(dimse.SYNTAXES)
    plain = {each.abstract_syntax for each in dimse._storage(set()) if len(each.transfer_syntax) == 2}
    assert plain == dimse.IMAGES | dimse.SEGMENTATIONS | {dimse.RTSTRUCT}
