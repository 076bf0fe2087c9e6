"""What WeChat's addresses mean: the face of the modules that know (stdlib only, light to import).

Which article an address names and how to fetch it (``addresses``), where addresses stand in printed text and what
line breaks and decoders did to them (``mending``, ``spelling``), and which media addresses are one
(``asset_urls``).
"""

from __future__ import annotations

from storage.errors import NotAnArticle as NotAnArticle

from .addresses import cut_secrets as cut_secrets
from .asset_urls import asset_addresses as asset_addresses
from .asset_urls import asset_key as asset_key
from .asset_urls import is_asset_host as is_asset_host
from .mending import Found as Found
from .mending import Mended as Mended
from .mending import find_addresses as find_addresses
from .mending import is_wechat_host as is_wechat_host
from .mending import mend_address as mend_address
from .mending import mend_link as mend_link
from .mending import read_address as read_address
