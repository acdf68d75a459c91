// The big screen: an application of its own, for a wall.
import { createApp } from 'vue'
import './screen.css'
import { wiring } from '../api/client'
import { i18n, startLang } from '../i18n/i18n'
import ScreenApp from './ScreenApp.vue'

wiring.bearer = new URLSearchParams(location.search).get('token')
await startLang()
createApp(ScreenApp).use(i18n).mount('#app')
