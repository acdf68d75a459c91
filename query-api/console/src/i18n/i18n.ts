// Languages: simplified Chinese at first, English when it is chosen and then loaded.
import { createI18n } from 'vue-i18n'
import { ref } from 'vue'
import zh from './zh'

export type Lang = 'zh' | 'en'
export type Messages = typeof zh

const KEY = 'ledger.lang'

export const i18n = createI18n<false>({
  legacy: false,
  locale: 'zh',
  fallbackLocale: 'zh',
  messages: { zh } as Record<string, Messages>,
})

export const lang = ref<Lang>('zh')

export async function setLang(next: Lang): Promise<void> {
  if (next === 'en' && !i18n.global.availableLocales.includes('en')) {
    i18n.global.setLocaleMessage('en', (await import('./en')).default)
  }
  i18n.global.locale.value = next
  lang.value = next
  localStorage.setItem(KEY, next)
  document.documentElement.lang = next === 'zh' ? 'zh-CN' : 'en'
}

export const startLang = (): Promise<void> => setLang(localStorage.getItem(KEY) === 'en' ? 'en' : 'zh')
