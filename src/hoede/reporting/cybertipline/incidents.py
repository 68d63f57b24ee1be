"""Where an incident happened: one block for each sort of place. Pure."""

from dataclasses import dataclass

from hoede.reporting.cybertipline.kinds import BOOLEAN, DOUBLE, TEXT, URL, text
from hoede.reporting.cybertipline.model import attribute, many, maybe
from hoede.reporting.cybertipline.shared import Address, Email, IpCaptureEvent, Phone


@dataclass(frozen=True, slots=True, kw_only=True)
class WebPageIncident:
    third_party_hosted: bool | None = attribute("thirdPartyHostedContent", BOOLEAN)
    urls: tuple[str, ...] = many("url", URL)
    additional_info: str | None = maybe("additionalInfo", TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailIncident:
    emails: tuple[Email, ...] = many("emailAddress")
    content: str | None = maybe("content", TEXT)
    additional_info: str | None = maybe("additionalInfo", TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsgroupIncident:
    group: str | None = maybe("name", text(255))
    emails: tuple[Email, ...] = many("emailAddress")
    content: str | None = maybe("content", TEXT)
    additional_info: str | None = maybe("additionalInfo", TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatImIncident:
    chat_client: str | None = maybe("chatClient", text(255))
    chat_room: str | None = maybe("chatRoomName", text(255))
    content: str | None = maybe("content", TEXT)
    additional_info: str | None = maybe("additionalInfo", TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineGamingIncident:
    game: str | None = maybe("gameName", text(255))
    console: str | None = maybe("console", text(255))
    content: str | None = maybe("content", TEXT)
    additional_info: str | None = maybe("additionalInfo", TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class CellPhoneIncident:
    phone: Phone | None = maybe("phoneNumber")
    latitude: float | None = maybe("latitude", DOUBLE)
    longitude: float | None = maybe("longitude", DOUBLE)
    additional_info: str | None = maybe("additionalInfo", TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class NonInternetIncident:
    location: str | None = maybe("locationName", text(255))
    addresses: tuple[Address, ...] = many("incidentAddress")
    additional_info: str | None = maybe("additionalInfo", TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer2PeerIncident:
    client: str | None = maybe("client", text(255))
    ip_events: tuple[IpCaptureEvent, ...] = many("ipCaptureEvent")
    file_names: str | None = maybe("fileNames", TEXT)
    additional_info: str | None = maybe("additionalInfo", TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class InternetDetails:
    """Exactly one of these; several places are several such blocks."""

    web_page: WebPageIncident | None = maybe("webPageIncident", either="place!")
    email: EmailIncident | None = maybe("emailIncident", either="place!")
    newsgroup: NewsgroupIncident | None = maybe("newsgroupIncident", either="place!")
    chat: ChatImIncident | None = maybe("chatImIncident", either="place!")
    gaming: OnlineGamingIncident | None = maybe("onlineGamingIncident", either="place!")
    cell_phone: CellPhoneIncident | None = maybe("cellPhoneIncident", either="place!")
    elsewhere: NonInternetIncident | None = maybe("nonInternetIncident", either="place!")
    peer2peer: Peer2PeerIncident | None = maybe("peer2peerIncident", either="place!")
