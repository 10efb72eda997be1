// Dr. Okafor: what is hers to confirm before the dose.

export async function confirmOwn(page, patient) {
  await page.getByRole('link', { name: `Open: ${patient.name}` }).click();
  await page.getByRole('heading', { name: 'Yours to confirm' }).waitFor();
  const yes = page.getByRole('button', { name: /^Yes: / });
  const none = page.getByText('Nothing is left for you to confirm.');
  for (;;) {
    await yes.or(none).first().waitFor();
    if ((await none.count()) > 0) return;
    const one = page.getByRole('button', { name: (await yes.first().getAttribute('aria-label')) ?? '', exact: true });
    await one.click();
    await one.waitFor({ state: 'detached' });
  }
}
