"""The functions of Entra's expression language, one theme to a module; importing this package registers them all."""

from wizard.mapping.expression.functions import conditions as conditions
from wizard.mapping.expression.functions import dates as dates
from wizard.mapping.expression.functions import directory as directory
from wizard.mapping.expression.functions import lists as lists
from wizard.mapping.expression.functions import text as text
from wizard.mapping.expression.functions.registry import FUNCTIONS as FUNCTIONS
