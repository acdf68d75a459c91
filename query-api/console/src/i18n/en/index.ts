// English, for those who do not read Chinese.
import type { Messages } from '../i18n'
import figures from './figures'
import problems from './problems'
import screen from './screen'
import terms from './terms'
import columns from './columns'
import ui from './ui'
import actions from './actions'

const en: Messages = { ...ui, columns, figures, terms, problems, screen, actions }

export default en
