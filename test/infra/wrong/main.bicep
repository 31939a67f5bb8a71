module account 'account.bicep' = {
  name: 'account'
}
