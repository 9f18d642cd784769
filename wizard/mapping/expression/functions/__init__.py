"""The functions of Entra's expression language, one theme to a file; importing this room registers them all."""

from wizard.mapping.expression.functions import blanks as blanks
from wizard.mapping.expression.functions import choices as choices
from wizard.mapping.expression.functions import dates as dates
from wizard.mapping.expression.functions import directory as directory
from wizard.mapping.expression.functions import encoding as encoding
from wizard.mapping.expression.functions import letters as letters
from wizard.mapping.expression.functions import numbers as numbers
from wizard.mapping.expression.functions import randomness as randomness
from wizard.mapping.expression.functions import replacing as replacing
from wizard.mapping.expression.functions import several as several
from wizard.mapping.expression.functions import text as text
from wizard.mapping.expression.functions.registry import FUNCTIONS as FUNCTIONS
