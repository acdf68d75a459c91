// The options of the screen's charts, made anew with each snapshot and merged into charts that stay.
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { membersOption, shareOption, trendOption } from './charts'
import type { ScreenData } from './useScreen'
import { lang } from '../i18n/i18n'
import { useWords } from '../i18n/words'

export function useCharts(data: () => ScreenData) {
  const { t } = useI18n()
  const words = useWords()
  const trend = computed(() =>
    trendOption(
      data(),
      { orders: t('screen.orders'), paid: t('screen.paid_amount'), unpaid: t('screen.unpaid_amount') },
      lang.value === 'zh',
    ),
  )
  const members = computed(() => membersOption(data(), t('screen.registered')))
  const shares = computed(() => shareOption(data(), (type) => words.term('product_type', type)))
  return { trend, members, shares }
}
