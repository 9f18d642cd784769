"""The functions of Entra's expression language, one theme to a file; importing this room registers them all."""

from wizard.mapping.functions import (
    blanks as blanks,
)
from wizard.mapping.functions import (
    choices as choices,
)
from wizard.mapping.functions import (
    dates as dates,
)
from wizard.mapping.functions import (
    directory as directory,
)
from wizard.mapping.functions import (
    encoding as encoding,
)
from wizard.mapping.functions import (
    letters as letters,
)
from wizard.mapping.functions import (
    numbers as numbers,
)
from wizard.mapping.functions import (
    randomness as randomness,
)
from wizard.mapping.functions import (
    replacing as replacing,
)
from wizard.mapping.functions import (
    several as several,
)
from wizard.mapping.functions import (
    text as text,
)
from wizard.mapping.functions.registry import FUNCTIONS as FUNCTIONS
