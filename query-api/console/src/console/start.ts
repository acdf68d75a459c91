// The console: language and session first, then the pages.
import { createApp } from 'vue'
import '../styles/base.css'
import '../styles/parts.css'
import '../styles/print.css'
import { i18n, startLang } from '../i18n/i18n'
import { resume } from '../session/session'
import App from './App.vue'
import { router } from './router'

await startLang()
// The page is fetched while the session is taken up.
const app = createApp(App).use(i18n).use(router)
// Without a service there is a login that says so, not a blank page.
await resume().catch(() => {})
app.mount('#app')
