// Columns with titles in the language of the page.
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Column } from '../components/table'
import type { Title } from '../lists/columns'

export function useColumns<Row>(columns: (title: Title) => Column<Row>[]) {
  const { t } = useI18n()
  return computed(() => columns((key) => t(`columns.${key}`)))
}
