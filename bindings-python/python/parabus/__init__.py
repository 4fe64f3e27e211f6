from ._core import *
from ._core import __all__, __doc__, __version__
