// Simplified Chinese: the words of the finance department.
import figures from './figures'
import problems from './problems'
import screen from './screen'
import terms from './terms'
import columns from './columns'
import ui from './ui'
import actions from './actions'

export default { ...ui, columns, figures, terms, problems, screen, actions }
