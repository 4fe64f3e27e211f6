"""Bodies and replies of the API, in its own spelling.

Made by tests/make/client.py from server/openapi.json; do not edit.
"""

from __future__ import annotations
from typing import final

import sys

if sys.version_info >= (3, 11):
    from typing import NotRequired
else:
    from typing_extensions import NotRequired

from typing import Literal, TypeAlias, TypedDict


@final
class ActionReply(TypedDict):
    """An action; without type and recipient it stands in the log alone."""

    recepient: NotRequired[str | None]
    timeoutMinutes: int
    type: NotRequired[str | None]


@final
class ActivationCodeReply(TypedDict):
    """The controller that shows the code."""

    code: int
    ip: str
    mac: str
    port: int
    sku: str


@final
class AlertResult(TypedDict):
    """Whether it was done, or what was wrong with which field."""

    errors: dict[str, str]
    result: str


@final
class Action(TypedDict):
    """What is done while it lasts."""

    recepient: NotRequired[str | None]
    timeoutMinutes: int
    type: NotRequired[str | None]


@final
class Actions(TypedDict):
    """What is done while it lasts."""

    recepient: NotRequired[str | None]
    timeoutMinutes: int
    type: NotRequired[str | None]


@final
class FollowUp(TypedDict):
    """What is done at a stage."""

    recepient: str
    stage: str
    timeoutMinutes: int
    type: str


@final
class FollowUps(TypedDict):
    """What is done at a stage."""

    recepient: str
    stage: str
    timeoutMinutes: int
    type: str


@final
class AmountByReference(TypedDict):
    """A reference, and what is added to its value: a decimal number as text, negative to take away."""

    amount: str
    param: str


@final
class AstronomicTimes(TypedDict):
    """Seconds after local midnight."""

    sunrise: int
    sunset: int


@final
class BranchOfTree(TypedDict):
    id: str
    name: str
    parentBranchId: NotRequired[str | None]
    sensorIds: list[str]


@final
class BranchReply(TypedDict):
    branchId: str


@final
class Changed(TypedDict):
    """The value before, unless the registers held none, and after."""

    newValue: str
    oldValue: NotRequired[str | None]


@final
class ChangedNet(TypedDict):
    """The network's slug, which follows its name."""

    netSlug: str
    status: str


@final
class CheckStatus2(TypedDict):
    """There is a connection, but the unit did not give its registers."""

    readingFailure: str


ConnectionType: TypeAlias = Literal["direct"] | Literal["backward"] | Literal["vpn"]


@final
class Credentials(TypedDict):
    """An API key and its password (D-06: both are required)."""

    apiKey: str
    password: str


Date: TypeAlias = str


DateIn: TypeAlias = str


@final
class DateRangeReply(TypedDict):
    """The first and the last reading of all parameters together; nothing where there is none."""

    max: NotRequired[Date | None]
    min: NotRequired[Date | None]


@final
class DeviceQuotaReply(TypedDict):
    availableDevicesQuota: NotRequired[int | None]


@final
class Disconnected(TypedDict):
    lastSeenOn: NotRequired[Date | None]
    reason: str


@final
class DismissReply(TypedDict):
    """Whether it is new that the user has dismissed it."""

    created: bool
    status: str


@final
class Enabled(TypedDict):
    """A switch of an object."""

    enabled: bool


@final
class Error(TypedDict):
    errorCode: Literal[
        "CantDecodePayloadJSON",
        "IncorrectRequest",
        "PayloadIsTooLarge",
        "CantParseAuthToken",
        "IncorrectContentType",
        "NoAuthTokenProvided",
        "IncorrectAuthToken",
        "InvalidKey",
        "InvalidCode",
        "InvalidActivationCode",
        "NotAuthorized",
        "TooManyRequests",
        "ObjectNotFound",
        "IncorrectEndpoint",
        "InternalServerError",
    ]
    errorMessage: str


@final
class EventReply(TypedDict):
    """An event as the device holds it."""

    astronomicTimes: AstronomicTimes
    dayOfWeek: int
    eventAddress: int
    eventType: int
    modeSwitchOff: int
    modeSwitchOn: int
    timeSwitchOff: int
    timeSwitchOn: int


@final
class Failure(TypedDict):
    """One parameter could not be read or written: `{"err": …}` inside a reply of status 200."""

    err: str


Flag: TypeAlias = bool | int


@final
class FollowUpReply(TypedDict):
    """What is done at a stage."""

    recepient: str
    stage: str
    timeoutMinutes: int
    type: str


@final
class FoundUnit(TypedDict):
    """Registers 0 and 1 of the unit (D-19)."""

    deviceIdentificationMarker: int
    unitId: int
    version: int


Id: TypeAlias = int


IdList: TypeAlias = str


Ids: TypeAlias = list[int]
"""Identifiers"""


@final
class JournalLine(TypedDict):
    """What happened at an instant."""

    date: Date
    texts: list[str]


@final
class JournalRecord(TypedDict):
    """An event."""

    confirmedOn: NotRequired[Date | None]
    details: list[JournalLine]
    logAs: str
    logAsText: str
    name: str
    resolvedOn: NotRequired[Date | None]
    startedOn: Date
    status: str


@final
class JournalReply(TypedDict):
    """One page of an alert log."""

    currentPage: int
    itemsOnPage: int
    records: list[JournalRecord]
    totalRecords: int


Kind: TypeAlias = Literal["holding"] | Literal["input"] | Literal["coil"] | Literal["discrete-input"]


Language: TypeAlias = Literal["en"] | Literal["pl"] | Literal["ru"] | Literal["ua"]


@final
class Lid1(TypedDict):
    """
    How the network is reached: the address that the server dials or its serial port, or the hardware
    address of the controller that dials in.
    """

    backward: str


@final
class Lid2(TypedDict):
    """
    How the network is reached: the address that the server dials or its serial port, or the hardware
    address of the controller that dials in.
    """

    direct: str


Lid: TypeAlias = Lid1 | Lid2


LocalSegment: TypeAlias = Literal["half-hour"] | Literal["hour"] | Literal["day"]


MinMaxBody = TypedDict(
    "MinMaxBody",
    {
        "from": DateIn,
        "paramIds": Ids,
        "till": DateIn,
    },
)


@final
class Modification(TypedDict):
    """Fields that are absent stay as they are."""

    category: NotRequired[str | None]
    isProgrammable: NotRequired[bool | None]
    isTracked: NotRequired[bool | None]


@final
class NameBody(TypedDict):
    """A name."""

    name: str


class Named(TypedDict):
    """A name, and a description unless that stays as it is."""

    description: NotRequired[str | None]
    name: str


@final
class NetChange(TypedDict):
    """What is absent stays as it is."""

    connectCode: NotRequired[str | None]
    connectionType: NotRequired[ConnectionType | None]
    controllerModbusUnitId: NotRequired[int | None]
    description: NotRequired[str | None]
    devicePasswords: NotRequired[list[str] | None]
    ip: NotRequired[str | None]
    mac: NotRequired[str | None]
    maxInflightRequestsNum: NotRequired[int | None]
    name: NotRequired[str | None]
    port: NotRequired[int | None]
    sku: NotRequired[str | None]
    solution: NotRequired[str | None]


@final
class NetConnectionDirect(TypedDict):
    """How the caller names the connection of a network."""

    ip: str
    kind: Literal["direct"]
    port: int


@final
class NetConnectionConnectCode(TypedDict):
    """The PIN on a controller's sticker."""

    code: str
    kind: Literal["connect-code"]


@final
class NetConnectionActivationCode(TypedDict):
    """The number that a controller shows."""

    code: Id
    kind: Literal["activation-code"]


@final
class NetConnectionNetId(TypedDict):
    """For `change-solution`: the connection stays as it is."""

    kind: Literal["net-id"]
    networkId: NotRequired[Id | None]


NetConnection: TypeAlias = (
    NetConnectionDirect | NetConnectionConnectCode | NetConnectionActivationCode | NetConnectionNetId
)


@final
class NewBranch(TypedDict):
    """A new branch, below another one or at the top."""

    name: str
    parentBranchId: NotRequired[str | None]


@final
class NewValue(TypedDict):
    """The value to write, as text; the language of the reply's formatted value."""

    lang: NotRequired[Language | None]
    newValue: str


@final
class NextReadReply(TypedDict):
    """The device's background reading."""

    lastReadOn: NotRequired[Date | None]
    msg: NotRequired[str | None]
    nextReadDate: NotRequired[Date | None]


@final
class Node(TypedDict):
    """A branch with those below it."""

    children: list[Node]
    id: str
    name: str


Number: TypeAlias = float


@final
class OnTimeBody(TypedDict):
    """Parameters of an organization, and an instant."""

    orgId: Id
    paramIds: Ids
    tillDate: DateIn


@final
class ParamsChange(TypedDict):
    """Parameters, and what is changed of each."""

    modification: Modification
    paramIds: list[Id]


@final
class ParamsDeletion(TypedDict):
    """Parameters to delete."""

    paramIds: list[Id]


@final
class RawConnectionDirect(TypedDict):
    """How the caller names a connection."""

    ip: str
    kind: Literal["direct"]
    port: int


@final
class RawConnectionNetId(TypedDict):
    """How the caller names a connection."""

    kind: Literal["net-id"]
    networkId: Id


@final
class RawConnectionConnectCode(TypedDict):
    """How the caller names a connection."""

    code: str
    kind: Literal["connect-code"]


@final
class RawConnectionActivationCode(TypedDict):
    """How the caller names a connection."""

    code: int
    kind: Literal["activation-code"]


@final
class RawConnectionBackward(TypedDict):
    """How the caller names a connection."""

    kind: Literal["backward"]
    mac: str


RawConnection: TypeAlias = (
    RawConnectionDirect
    | RawConnectionNetId
    | RawConnectionConnectCode
    | RawConnectionActivationCode
    | RawConnectionBackward
)


@final
class ReadReply1(TypedDict):
    """The registers, or why they could not be read."""

    ok: list[int]


ReadReply: TypeAlias = ReadReply1 | Failure


@final
class ReadSettingsRequest(TypedDict):
    connection: RawConnection
    controllerVersion: NotRequired[float | None]
    deviceModbusId: int
    sku: str


ReadingDate: TypeAlias = str


@final
class RealtimeValue(TypedDict):
    formattedValue: str
    value: str


@final
class ReferenceList(TypedDict):
    """References with blanks between them, at most 1000."""

    params: str


@final
class RegisterGroup(TypedDict):
    """Which registers of which unit, through which connection."""

    address: int
    connection: RawConnection
    deviceModbusId: int
    kind: Kind
    registersNum: int
    sku: NotRequired[str | None]


@final
class RegisterWrite(TypedDict):
    """What to write where."""

    address: int
    connection: RawConnection
    deviceModbusId: int
    kind: Kind
    sku: NotRequired[str | None]
    value: list[int]


@final
class ReportReply(TypedDict):
    reportId: str


@final
class Representation(TypedDict):
    """The text of a value."""

    description: NotRequired[str | None]
    text: str
    value: str


@final
class RootEnergyReply(TypedDict):
    """Energy of a tree, and what it cost; 0 where nothing is known."""

    costEurLast24h: NotRequired[Number | None]
    costEurLast30d: NotRequired[Number | None]
    costEurLast7d: NotRequired[Number | None]
    dataOnUtc: ReadingDate
    energyKwhLast24h: NotRequired[Number | None]
    energyKwhLast30d: NotRequired[Number | None]
    energyKwhLast7d: NotRequired[Number | None]
    energyKwhPrev24h: NotRequired[Number | None]
    energyKwhPrev30d: NotRequired[Number | None]
    energyKwhPrev7d: NotRequired[Number | None]


@final
class Segment(TypedDict):
    """What a branch used in a segment, `null` where nothing is known."""

    branchId: NotRequired[str | None]
    costEurSum: NotRequired[Number | None]
    energyKwhSum: NotRequired[Number | None]
    lastCurrentA: NotRequired[Number | None]
    periodEnd: ReadingDate
    periodStart: ReadingDate
    powerKwMean: NotRequired[Number | None]
    treeId: str


@final
class SegmentsReply(TypedDict):
    """The tree itself, then its branches."""

    segments: list[Segment]


@final
class SensorReply(TypedDict):
    sensorId: str


@final
class Settings(TypedDict):
    bitRate: int
    byteFormat: int


@final
class SmsSettingsBody(TypedDict):
    """What the organization wants of short messages."""

    disableSms: bool
    limit: NotRequired[float | None]


@final
class TemplateOfSkuRequest(TypedDict):
    sku: str


@final
class TextsAndLang(TypedDict):
    """English texts, and the language that they are wanted in."""

    lang: Language
    texts: list[str]


@final
class TimedGroups(TypedDict):
    """Groups, and how long all of them may take."""

    regs: list[RegisterGroup]
    timeoutSec: NotRequired[float | None]


@final
class ToggleByReference(TypedDict):
    """A reference, the value of the off state, and that of the on state, as text."""

    default: str
    on: str
    param: str


@final
class TokenReply(TypedDict):
    """A session token and when it ends; use does not prolong it."""

    expiresOn: Date
    token: str


@final
class Tree(TypedDict):
    branches: list[Node]
    description: NotRequired[str | None]
    id: str
    name: str


@final
class TreeParam(TypedDict):
    address: int
    description: NotRequired[str | None]
    fullName: str
    isProgrammable: bool
    isTracked: bool
    label: NotRequired[str | None]
    name: str
    slug: str
    unitName: NotRequired[str | None]


@final
class TreeReply(TypedDict):
    treeId: str


@final
class ValueBody(TypedDict):
    """One of the three."""

    formula: NotRequired[str | None]
    linkId: NotRequired[str | None]
    paramId: NotRequired[Id | None]


@final
class ValueByReference(TypedDict):
    """A reference, and the value to write, as text."""

    param: str
    value: str


@final
class VersionReply(TypedDict):
    """Versions of the API and of the server that speaks it."""

    apiServerVersion: str
    apiVersion: str


@final
class VisIds(TypedDict):
    """Visualizations to tell of."""

    visIds: Ids


@final
class VisValue(TypedDict):
    """One text of a visualization. It holds at most 1000 of them."""

    code: str
    value: str


@final
class WishedDevice(TypedDict):
    modbusId: int
    name: NotRequired[str | None]
    templateId: NotRequired[Id | None]


@final
class WriteSettingsRequest(TypedDict):
    connection: RawConnection
    controllerVersion: NotRequired[float | None]
    deviceModbusId: int
    settings: Settings
    sku: str


@final
class Written(TypedDict):
    formattedValue: str
    newValue: str
    oldValue: str


I64: TypeAlias = int


@final
class DeviceTrackedParamsAnswerItem(TypedDict):
    """A parameter that is read in the background."""

    category: NotRequired[str | None]
    fullName: str
    id: I64
    label: NotRequired[str | None]
    name: str
    unitName: NotRequired[str | None]


DeviceTrackedParamsAnswer: TypeAlias = list[DeviceTrackedParamsAnswerItem]


@final
class Em130ReadEventsAnswerOk(TypedDict):
    """`{"status":"ok"}` with the events, or what went wrong."""

    events: list[EventReply]
    status: Literal["ok"]


@final
class Em130ReadEventsAnswerError(TypedDict):
    """`{"status":"ok"}` with the events, or what went wrong."""

    errorMessage: str
    status: Literal["error"]


Em130ReadEventsAnswer: TypeAlias = Em130ReadEventsAnswerOk | Em130ReadEventsAnswerError


@final
class GsenseHierarchyTreeCreateBody(Named):
    """A new tree of an organization."""

    orgId: Id


@final
class GsenseHierarchyTreeSensorCreateBody(Named):
    """A sensor of a device, and the branch that it is attached to."""

    branchId: str
    deviceId: Id
    isThreePhase: bool
    sensorIdx: int


@final
class NetChangeSolutionAnswerOk(TypedDict):
    """`{"status":"ok","netSlug":…}`, or why not."""

    netSlug: str
    status: Literal["ok"]


@final
class NetChangeSolutionAnswerError(TypedDict):
    """`{"status":"ok","netSlug":…}`, or why not."""

    errorMessage: str
    status: Literal["error"]


NetChangeSolutionAnswer: TypeAlias = NetChangeSolutionAnswerOk | NetChangeSolutionAnswerError


@final
class NetConnectionStatusAnswer2(TypedDict):
    """One of the two."""

    disconnected: Disconnected


@final
class OrgAlertsAnswerItem(TypedDict):
    """An alert of the organization."""

    id: I64
    name: str
    slug: str


OrgAlertsAnswer: TypeAlias = list[OrgAlertsAnswerItem]


@final
class OrgGetResourceReportsAnswerItem(TypedDict):
    """A report by its name."""

    id: str
    name: str


OrgGetResourceReportsAnswer: TypeAlias = list[OrgGetResourceReportsAnswerItem]


@final
class OrgNetsAnswerItem(TypedDict):
    """A network of the organization."""

    disabledBy: NotRequired[str | None]
    disabledOn: NotRequired[Date | None]
    id: I64
    lid: Lid
    name: str
    slug: str


OrgNetsAnswer: TypeAlias = list[OrgNetsAnswerItem]


@final
class OrgNetsCreateAnswerOk(TypedDict):
    """`{"status":"ok","netSlug":…}`, or why not."""

    netSlug: str
    status: Literal["ok"]


@final
class OrgNetsCreateAnswerError(TypedDict):
    """`{"status":"ok","netSlug":…}`, or why not."""

    errorMessage: str
    status: Literal["error"]


OrgNetsCreateAnswer: TypeAlias = OrgNetsCreateAnswerOk | OrgNetsCreateAnswerError


@final
class OrgParamsGetIdByReferenceBody1(TypedDict):
    emptyName: str


OrgParamsGetIdByReferenceBody: TypeAlias = str | OrgParamsGetIdByReferenceBody1


OrgParamsGetParamValuesAnswer: TypeAlias = dict[str, Number | str]


@final
class OrgParamsIncrementAnswer1(TypedDict):
    """What the device took, or why it did not."""

    ok: Changed


OrgParamsIncrementAnswer: TypeAlias = OrgParamsIncrementAnswer1 | Failure


@final
class OrgParamsSaveParamValueAnswer1(TypedDict):
    """What the device took, or why it did not."""

    ok: Changed


OrgParamsSaveParamValueAnswer: TypeAlias = OrgParamsSaveParamValueAnswer1 | Failure


@final
class OrgParamsToggleAnswer1(TypedDict):
    """What the device took, or why it did not."""

    ok: Changed


OrgParamsToggleAnswer: TypeAlias = OrgParamsToggleAnswer1 | Failure


@final
class OrgVissAnswerItem(TypedDict):
    """A visualization by its name."""

    id: I64
    name: str


OrgVissAnswer: TypeAlias = list[OrgVissAnswerItem]


OrgVissDataAnswer: TypeAlias = dict[str, dict[str, str]]


ParamDashboardDataAnswer: TypeAlias = list[Number | None]


@final
class ParamWriteAnswer1(TypedDict):
    """The write as the device took it, or why it did not."""

    ok: Written


ParamWriteAnswer: TypeAlias = ParamWriteAnswer1 | Failure


@final
class ParamsGetInfoAnswerItem(TypedDict):
    """A parameter with its device and network."""

    address: int
    bitPosition: NotRequired[int | None]
    bitsAmount: NotRequired[int | None]
    deviceId: I64
    deviceName: str
    deviceSlug: str
    fullName: str
    id: I64
    isProgrammable: bool
    label: NotRequired[str | None]
    name: str
    networkId: I64
    networkName: str
    networkSlug: str
    registerKind: str
    slug: str
    unitName: NotRequired[str | None]
    valueType: str


ParamsGetInfoAnswer: TypeAlias = list[ParamsGetInfoAnswerItem]


ParamsReadRealtimeAnswer: TypeAlias = dict[str, RealtimeValue | Failure]


@final
class ParamsReadingsOnTimeAnswer1(TypedDict):
    """The last good reading up to the instant, however old (D-23)."""

    readOn: Date
    value: str


ParamsReadingsOnTimeAnswer: TypeAlias = dict[str, ParamsReadingsOnTimeAnswer1 | None]


@final
class RawCheckDeviceReadAnswerOk(TypedDict):
    """`{"status":"ok"}`, or what went wrong."""

    status: Literal["ok"]


@final
class RawCheckDeviceReadAnswerError(TypedDict):
    """`{"status":"ok"}`, or what went wrong."""

    errorMessage: str
    status: Literal["error"]


RawCheckDeviceReadAnswer: TypeAlias = RawCheckDeviceReadAnswerOk | RawCheckDeviceReadAnswerError


@final
class RawReadControllerModbusSettingsAnswerOk(TypedDict):
    """`{"status":"ok"}` with the settings, or what went wrong."""

    bitRate: int
    byteFormat: int
    controllerUnitId: int
    status: Literal["ok"]


@final
class RawReadControllerModbusSettingsAnswerError(TypedDict):
    """`{"status":"ok"}` with the settings, or what went wrong."""

    errorMessage: str
    status: Literal["error"]


RawReadControllerModbusSettingsAnswer: TypeAlias = (
    RawReadControllerModbusSettingsAnswerOk | RawReadControllerModbusSettingsAnswerError
)


RawReadMultipleRegisterGroupBody: TypeAlias = list[RegisterGroup]


@final
class RawReadMultipleRegisterGroupAnswerItem(TypedDict):
    """A group with its outcome."""

    address: int
    connection: RawConnection
    deviceModbusId: int
    kind: Kind
    netLid: str
    registersNum: int
    result: ReadReply


RawReadMultipleRegisterGroupAnswer: TypeAlias = list[RawReadMultipleRegisterGroupAnswerItem]


@final
class RawReadMultipleRegisterGroupsWithTimeoutAnswerItem(TypedDict):
    """A group with its outcome."""

    address: int
    connection: RawConnection
    deviceModbusId: int
    kind: Kind
    netLid: str
    registersNum: int
    result: ReadReply


RawReadMultipleRegisterGroupsWithTimeoutAnswer: TypeAlias = list[RawReadMultipleRegisterGroupsWithTimeoutAnswerItem]


@final
class RawReadRegisterGroupAnswer1(TypedDict):
    """The registers, or why they could not be read."""

    ok: list[int]


RawReadRegisterGroupAnswer: TypeAlias = RawReadRegisterGroupAnswer1 | Failure


@final
class RawSendControllerPasswordsAnswerOk(TypedDict):
    """`{"status":"ok"}`, or what went wrong."""

    status: Literal["ok"]


@final
class RawSendControllerPasswordsAnswerError(TypedDict):
    """`{"status":"ok"}`, or what went wrong."""

    errorMessage: str
    status: Literal["error"]


RawSendControllerPasswordsAnswer: TypeAlias = RawSendControllerPasswordsAnswerOk | RawSendControllerPasswordsAnswerError


@final
class RawWriteControllerModbusSettingsAnswerOk(TypedDict):
    """`{"status":"ok"}`, or what went wrong."""

    status: Literal["ok"]


@final
class RawWriteControllerModbusSettingsAnswerError(TypedDict):
    """`{"status":"ok"}`, or what went wrong."""

    errorMessage: str
    status: Literal["error"]


RawWriteControllerModbusSettingsAnswer: TypeAlias = (
    RawWriteControllerModbusSettingsAnswerOk | RawWriteControllerModbusSettingsAnswerError
)


@final
class RawWriteRegisterGroupAnswerOk(TypedDict):
    """`{"status":"ok"}`, or what went wrong."""

    status: Literal["ok"]


@final
class RawWriteRegisterGroupAnswerError(TypedDict):
    """`{"status":"ok"}`, or what went wrong."""

    errorMessage: str
    status: Literal["error"]


RawWriteRegisterGroupAnswer: TypeAlias = RawWriteRegisterGroupAnswerOk | RawWriteRegisterGroupAnswerError


ReadingsDispersedAnswerItem: TypeAlias = list[str | list[Number | None]]


ReadingsDispersedAnswer: TypeAlias = list[ReadingsDispersedAnswerItem]


ReadingsGetAnswer: TypeAlias = list[list[Number | str | None]]


@final
class ReadingsMinMaxRangeAnswer1(TypedDict):
    """The extremes of a parameter, each with the earliest instant at which it was read (D-23)."""

    maxValue: Number
    maxValueOn: Date
    minValue: Number
    minValueOn: Date


ReadingsMinMaxRangeAnswer: TypeAlias = dict[str, ReadingsMinMaxRangeAnswer1]


TranslationsAnswer: TypeAlias = list[str]


@final
class UserOrgsAnswerItem(TypedDict):
    """An organization that the caller may enter, and as what."""

    orgId: I64
    orgName: str
    userRole: str


UserOrgsAnswer: TypeAlias = list[UserOrgsAnswerItem]


VisDataAnswer: TypeAlias = dict[str, str]


@final
class Condition(TypedDict):
    """A condition on a parameter."""

    kind: str
    paramId: NotRequired[Id | None]
    value: NotRequired[Number | str | None]


@final
class Conditions(TypedDict):
    """A condition on a parameter."""

    kind: str
    paramId: NotRequired[Id | None]
    value: NotRequired[Number | str | None]


@final
class AlertWish(TypedDict):
    """An alert."""

    actions: list[Action] | dict[str, Actions]
    conditionLogic: str
    conditions: list[Condition] | dict[str, Conditions]
    description: NotRequired[str | None]
    followUps: NotRequired[list[FollowUp] | dict[str, FollowUps]]
    logAs: str
    name: str


@final
class BoundNet(TypedDict):
    """A network that leads to the controller."""

    id: I64
    name: str
    orgId: I64
    slug: str


@final
class BranchBody(TypedDict):
    """A branch, in the order in which it is shown."""

    borders: NotRequired[str | None]
    category: NotRequired[str | None]
    id: str
    name: str
    parentBranchId: NotRequired[str | None]
    value: NotRequired[ValueBody | None]


@final
class BranchEnergy(TypedDict):
    """Energy of a branch with all below it; 0 where nothing is known."""

    branchId: str
    energyKwhLast24h: NotRequired[Number | None]
    energyKwhLast30d: NotRequired[Number | None]
    energyKwhLast7d: NotRequired[Number | None]
    energyKwhPrev24h: NotRequired[Number | None]
    energyKwhPrev30d: NotRequired[Number | None]
    energyKwhPrev7d: NotRequired[Number | None]
    isRoot: bool
    parentBranchId: NotRequired[str | None]


@final
class BranchesEnergyReply(TypedDict):
    """Every branch of a tree."""

    rows: list[BranchEnergy]


@final
class ChartBody(TypedDict):
    """A range of local time, and how it is cut."""

    fromDateStr: str
    segment: LocalSegment
    tillDateStr: str
    tz: str


ChartPoint: TypeAlias = list[Number | str | None]


@final
class ChartReply(TypedDict):
    """What a branch counted in each segment, oldest first."""

    borders: NotRequired[str | None]
    branchId: str
    name: str
    values: list[ChartPoint]


@final
class CheckConnectionRequest(TypedDict):
    connection: RawConnection
    deviceModbusId: int
    sku: NotRequired[str | None]


@final
class CheckDeviceReadRequest(TypedDict):
    connection: RawConnection
    deviceModbusId: int
    sku: NotRequired[str | None]
    templateId: Id


@final
class CheckStatus1(TypedDict):
    """What came of it."""

    connected: FoundUnit


CheckStatus: TypeAlias = CheckStatus1 | Literal["NoConnection"] | CheckStatus2


@final
class ConditionReply(TypedDict):
    """A condition. One whose parameter was deleted has none: nothing is known of it any more."""

    kind: str
    param: NotRequired[str | None]
    paramId: NotRequired[I64 | None]
    value: NotRequired[Number | None]


@final
class ConditionStatus(TypedDict):
    """A condition, and the last value of its parameter."""

    isTriggered: bool
    lastValue: NotRequired[Number | None]


ConfirmedReply = TypedDict(
    "ConfirmedReply",
    {
        "from": str,
        "on": Date,
    },
)


@final
class ConnectCodeReply(TypedDict):
    """The controller that the code is printed on."""

    bindedToNet: NotRequired[BoundNet | None]
    code: str
    devicePasswords: list[str]
    macAddress: str
    modbusId: NotRequired[int | None]
    port: NotRequired[int | None]
    sku: NotRequired[str | None]
    vpnIpAddress: NotRequired[str | None]


@final
class Connected(TypedDict):
    since: NotRequired[Date | None]


@final
class DashboardEvent(TypedDict):
    """An event of an alert."""

    deviceIds: list[I64]
    id: int
    isActive: bool
    journalUrl: str
    level: str
    name: str
    networkIds: list[I64]
    paramIds: list[I64]
    startedOn: Date


@final
class DashboardParams(TypedDict):
    """Parameters in the order in which they are shown; of one that stands there twice the first place counts."""

    paramIds: Ids


@final
class DeviceReply(TypedDict):
    """A device."""

    disabledOn: NotRequired[Date | None]
    id: I64
    initializedFromTemplate: NotRequired[int | None]
    modbusTimeoutRetriesNum: int
    modbusUnitId: int
    name: str
    netId: I64
    readGroupSize: int
    slug: str
    updatePeriodSec: int
    writeFunction: str


DispersedBody = TypedDict(
    "DispersedBody",
    {
        "from": DateIn,
        "paramIds": Ids,
        "points": int,
        "till": DateIn,
    },
)


@final
class EventsRequest(TypedDict):
    """Which events of which unit."""

    connection: RawConnection
    deviceModbusId: int
    deviceVersion: NotRequired[float | None]
    numberOfEvents: int
    sku: str
    startWithFirst: bool


@final
class HistoryReply(TypedDict):
    """Segments, oldest first."""

    rows: list[Segment]


@final
class LightWidget(TypedDict):
    formatedLastValue: NotRequired[str | None]
    id: I64
    lastReadOn: NotRequired[Date | None]
    lastValue: NotRequired[str | None]


@final
class NetDevice(TypedDict):
    disabledBy: NotRequired[str | None]
    disabledOn: NotRequired[Date | None]
    id: I64
    name: str


@final
class NetDevicesReply(TypedDict):
    """The devices of a network."""

    availableDevicesQuota: NotRequired[int | None]
    devices: list[NetDevice]


@final
class NetReply(TypedDict):
    """A network."""

    controllerModbusUnitId: int
    createdOn: Date
    description: NotRequired[str | None]
    devicePasswords: list[str]
    disableNote: NotRequired[str | None]
    disabledBy: NotRequired[str | None]
    disabledOn: NotRequired[Date | None]
    id: I64
    ip: str
    mac: NotRequired[str | None]
    name: str
    orgId: I64
    port: int
    protocol: str
    sku: NotRequired[str | None]
    slug: str


@final
class NetSolution(TypedDict):
    devices: NotRequired[list[WishedDevice]]
    kind: str


@final
class NetWish(TypedDict):
    """A network as the caller wants it."""

    connection: NetConnection
    controllerModbusUnitId: int
    description: NotRequired[str | None]
    devicePasswords: list[str]
    disabled: bool
    language: Language
    maxInflightRequestsNum: int
    name: str
    sku: NotRequired[str | None]
    solution: NetSolution


@final
class ParamIdReply(TypedDict):
    """The parameter's identifier."""

    id: I64


@final
class ParamTemplate(TypedDict):
    """
    One parameter of such a device; the seed does not show its fields, so they are named as those of a
    parameter are.
    """

    address: int
    bitPosition: NotRequired[int | None]
    bitsAmount: NotRequired[int | None]
    category: NotRequired[str | None]
    decimalPrecision: NotRequired[int | None]
    description: NotRequired[str | None]
    isProgrammable: bool
    isTracked: bool
    isWidget: bool
    label: NotRequired[str | None]
    max: NotRequired[Number | None]
    min: NotRequired[Number | None]
    multiplier: Number
    name: str
    readAsGroup: bool
    registerKind: str
    representAs: list[Representation]
    shift: Number
    unitName: NotRequired[str | None]
    valueType: str


@final
class PasswordsRequest(TypedDict):
    connection: RawConnection
    controllerVersion: NotRequired[float | None]
    deviceModbusId: int
    passwords: list[str]
    sku: NotRequired[str | None]


@final
class Reading(TypedDict):
    formattedValue: str
    readOn: ReadingDate
    value: str


@final
class ReportBody(TypedDict):
    """A report: a new one, or with `id` the one that takes the place of what it was."""

    branches: list[BranchBody]
    id: NotRequired[str | None]
    name: str


@final
class SensorOfTree(TypedDict):
    branchId: str
    description: NotRequired[str | None]
    deviceId: I64
    id: str
    isThreePhase: bool
    name: str
    sensorIdx: int
    serialNumber: NotRequired[str | None]


@final
class TemplateOfSkuReply(TypedDict):
    id: I64


@final
class TemplateReply(TypedDict):
    """A kind of device."""

    id: I64
    manufacturer: str
    name: str
    paramTemplates: list[ParamTemplate]
    readGroupSize: int
    version: str
    writeFunction: str


@final
class TreeDevice(TypedDict):
    """A device with its tracked parameters, by identifier."""

    description: NotRequired[str | None]
    modbusUnitId: int
    name: str
    parameters: dict[str, TreeParam]
    slug: str


@final
class VisReply(TypedDict):
    """A visualization."""

    createdOn: Date
    description: NotRequired[str | None]
    id: I64
    isDisplayedOnDashboard: bool
    name: str
    orgId: I64
    slug: str
    source: str


@final
class Widget(TypedDict):
    """A widget; `formatedLastValue` is the API's spelling."""

    formatedLastValue: NotRequired[str | None]
    fullName: str
    id: I64
    isProgrammable: bool
    label: NotRequired[str | None]
    lastReadOn: NotRequired[Date | None]
    lastValue: NotRequired[str | None]
    name: str
    paramId: I64
    unitName: NotRequired[str | None]


@final
class WidgetData(TypedDict):
    """A parameter as a widget shows it."""

    deviceDisabledOn: NotRequired[Date | None]
    deviceId: I64
    fullName: str
    id: I64
    isProgrammable: bool
    label: NotRequired[str | None]
    lastReadOn: NotRequired[Date | None]
    lastValue: NotRequired[Number | None]
    name: str
    readingReportUrl: str
    unitName: NotRequired[str | None]


@final
class WidgetValue(TypedDict):
    """What of a widget changes often, and nothing else: that tells it from a whole one."""

    formatedLastValue: NotRequired[str | None]
    id: I64
    lastValue: NotRequired[str | None]
    paramId: I64


DeviceWidgetsAnswer: TypeAlias = list[Widget | WidgetValue]


@final
class NetConnectionStatusAnswer1(TypedDict):
    """One of the two."""

    connected: Connected


NetConnectionStatusAnswer: TypeAlias = NetConnectionStatusAnswer1 | NetConnectionStatusAnswer2


@final
class OrgNetsDeviceParamTreeAnswer1(TypedDict):
    """A network with its devices, by identifier."""

    description: NotRequired[str | None]
    devices: dict[str, TreeDevice]
    ip: str
    mac: NotRequired[str | None]
    name: str
    port: int
    slug: str
    solution: str


OrgNetsDeviceParamTreeAnswer: TypeAlias = dict[str, OrgNetsDeviceParamTreeAnswer1]


OrgVissInfoAnswer: TypeAlias = list[VisReply]


ParamsLastReadingsAnswer: TypeAlias = dict[str, Reading | Failure]


@final
class AlertReply(TypedDict):
    """An alert as it is configured."""

    actions: dict[str, ActionReply]
    conditionLogic: str
    conditions: dict[str, ConditionReply]
    description: NotRequired[str | None]
    followUps: dict[str, FollowUpReply]
    id: I64
    logAs: str
    name: str
    slug: str


@final
class AlertStatusReply(TypedDict):
    """How an alert stands, by its last record."""

    closedOn: NotRequired[Date | None]
    conditions: dict[str, ConditionStatus]
    confirmed: NotRequired[ConfirmedReply | None]
    id: I64
    isActive: bool
    lastRecordId: NotRequired[int | None]
    startedOn: NotRequired[Date | None]


@final
class CheckConnectionReply(TypedDict):
    status: CheckStatus


@final
class DashboardDevice(TypedDict):
    disabledOn: NotRequired[Date | None]
    id: I64
    lastReadOn: NotRequired[Date | None]
    name: str
    nextReadMsg: NotRequired[str | None]
    nextReadMsgCode: str
    nextReadOn: NotRequired[Date | None]
    paramWidgets: list[Widget]
    params: NotRequired[list[Widget] | None]
    url: str


@final
class DashboardNet(TypedDict):
    connectionType: str
    devices: list[DashboardDevice]
    disabledOn: NotRequired[Date | None]
    id: I64
    isConnected: bool
    lastConnectionOn: NotRequired[Date | None]
    name: str
    slug: str
    url: str


@final
class DashboardReply(TypedDict):
    """Networks and devices with the parameters that the organization shows of them."""

    events: list[DashboardEvent]
    networks: list[DashboardNet]


@final
class Hierarchy(TypedDict):
    """A tree, its branches as they hang together, and all branches and sensors by their identifiers."""

    branchesById: dict[str, BranchOfTree]
    sensorsById: dict[str, SensorOfTree]
    tree: Tree


@final
class LightDevice(TypedDict):
    id: I64
    lastReadOn: NotRequired[Date | None]
    nextReadMsg: NotRequired[str | None]
    nextReadMsgCode: str
    nextReadOn: NotRequired[Date | None]
    paramWidgets: list[LightWidget]


@final
class LightNet(TypedDict):
    devices: list[LightDevice]
    id: I64
    isConnected: bool
    lastConnectionOn: NotRequired[Date | None]


@final
class LightReply(TypedDict):
    """What changes often: connections, reading times, values of the dashboard's parameters."""

    events: list[DashboardEvent]
    networks: list[LightNet]
