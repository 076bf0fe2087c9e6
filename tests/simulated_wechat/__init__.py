"""WeChat, played on loopback: an HTTP proxy that answers for mp.weixin.qq.com, its picture hosts and bulletin sites.

Production code knows nothing of it: a crawl reaches it through ``http_proxy``, ``https_proxy`` and ``SSL_CERT_FILE``
(``Site.environment``). Everything is deterministic; nothing leaves this machine.
"""

from .articles import SimulatedArticle as SimulatedArticle
from .articles import write_article as write_article
from .pictures import picture as picture
from .published import Published as Published
from .published import PublishedArticle as PublishedArticle
from .published import Seen as Seen
from .site import Site as Site
