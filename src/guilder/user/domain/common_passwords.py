"""Passwords that are guessed first. An attacker tries these before he thinks; so they guard nothing."""

from __future__ import annotations

from typing import Final

# All of at least eight characters, since shorter ones are refused anyway; in lower case, as they are compared.
_TEXT: Final = """
!@#$%^&* !@#$%^&*( !@#$1234 !qaz2wsx 00112233 0p9o8i7u 10101010 101010101 1010101010 102030405
1020304050 11112222 11113333 111222333 112233112233 11223344 1122334455 112233445566 12121212
121212121 123!@#qwe 12312312 123123123 1231231234 123321123 123321123321 1234!@#$ 12341234
123412341234 12344321 1234512345 123454321 1234554321 12345670 123456781 12345678900 1234567891
12345678910 123456789123 1234567899 123456789a 123456789q 12345678a 12345679 123456a1 123456abc
123456qwerty 12345abc 12345qwert 1234abcd 1234qwer 123654789 123698745 123abc123 123qwe123
123qweasd 123qweasdzxc 12qwaszx 13131313 135792468 1357924680 14141414 147147147 147258369
147258369a 147852369 15151515 159357159 159357456 159753456 1597534862 1q2w3e!q2w3e 1q2w3e4r
1q2w3e4r! 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx 1qaz2wsx3edc 1qazxsw2 20202020 21212121 22223333
22446688 23232323 24681012 246813579 25252525 258258258 31415926 314159265 3141592653 31415927
321321321 369369369 420420420 456456456 456789123 555666777 55667788 69696969 69696969a
741852963 78787878 789456123 789456123a 789789789 88776655 963852741 987654123 987654321a
99887766 a1234567 a12345678 a123456789 a1a1a1a1 a1b2c3d4 a1b2c3d4e5 aa123456 aa12345678
aaa111aaa aaaa1111 aaaaaaa1 abababab abc123!@# abc12345 abc123456 abc1234567 abc123abc abc123def
abcabc123 abcd1234 abcd12345 abcd123456 abcde123 abcde12345 abcdef123 access123 access14
accessdenied adgangskode admin123 admin1234 admin12345 admin123456 admin2024 admin2025 admin@123
adminadmin administrator administrator1 adminpass adminpassword adminroot alejandra alejandro
alexalexa alexander alexander1 alexandra alexandre amanda123 amazon123 america1 america123
andrew123 android1 android123 anthony1 anthony123 apple123 aquarius argentina arsenal1
arsenal123 asdf1234 asdf12345 asdfasdf asdfghjk1 asdfghjkl1 asdfghjkl; asdfqwer asdzxc123
ashley12 ashley123 australia autumn2024 autumn2025 autumn2026 azerty123 azertyui azertyuiop
babyboy1 babygirl babygirl1 babylove bailey123 barcelona barcelona1 baseball baseball1
baseball123 basketball basketball1 batman12 batman123 beatles1 benjamin benjamin1 bitcoin1
bitcoin123 blackberry blessed1 blessing blink182 blink1821 blossom1 blueberry bmw12345
bond007bond brasil123 brittany brittany1 broker123 brokerage broncos1 buddy123 business
business1 butterfly butterfly1 california callofduty canada123 capricorn casablanca celtics1
changeit changeme changeme1 changeme123 changethis charlie1 charlie12 charlie123 cheesecake
chelsea1 chelsea123 chelseafc chicago1 chocolate chocolate1 christian christian1 christina
christine christopher cinnamon colombia colombia1 company1 company123 computer computer1
computer123 contrasena contrasenia contraseña cookie123 cooper123 corvette corvette1
counterstrike cowboys1 crypto123 crystal1 cupcake1 customer customer1 dallascowboys daniel12
daniel123 danielle danielle1 database database1 december1 default1 defaultpassword demo1234
demodemo demopassword deutschland diamond1 diamond123 docker123 dollar123 dolphin1 dolphins
donaldduck dragon12 dragon123 dragonball dragonball1 dragonfly eagles123 elephant elephant1
elizabeth elizabeth1 eminem123 england1 england123 ethereum example1 excalibur facebook
facebook1 facebook123 faithful february1 fernando ferrari1 ferrari123 flower123 football
football1 football12 football123 fortnite fortnite1 francisco freedom1 freedom123 friday13
gabriel1 gabriel123 gabriela gameover gamer123 garfield garfield1 gemini123 george123 germany1
ginger123 gladiator gladiator1 godbless godfather godfather1 godisgood goldfinger goldfish
goodbye1 goodluck goodmorning google123 greenday greenday1 guest123 guest1234 guestguest
guilder! guilder1 guilder123 guilder1234 guilderguilder halflife hallo123 hallo1234 hallohallo
happiness happy123 happyday harley123 harleydavidson haslo123 hasło123 hello123 hello1234
hello12345 hellohello hellokitty hellothere helloworld helloworld1 heslo123 highlander hockey123
hunter12 hunter123 hurricane ilovegod ilovejesus iloveme1 iloveme123 ilovemom ilovemycat
ilovemydog ilovemyself iloveu123 iloveyou iloveyou! iloveyou1 iloveyou123 iloveyou2 instagram
internazionale internet internet1 internet123 internet2024 invest123 investor iphone123 ironman1
jamesbond jamesbond007 january1 jasmine1 jasmine123 jennifer jennifer1 jessica1 jessica123
jesus123 jesus1234 jesuschrist jesusislord jonathan jonathan1 jordan123 jordan23 joshua12
joshua123 justinbieber juventus juventus1 kawasaki kennwort kennwort1 killer12 killer123
lakers24 lasvegas leagueoflegends leopard1 letmein! letmein1 letmein12 letmein123 letmein1234
letmein2024 letmeinnow letmeinplease liberty1 lightning linkedin linkedin1 linkinpark linux123
liverpool liverpool1 london123 losenord love1234 love12345 love4ever lovelove lovely123
loveme123 loveyou1 loveyou123 lucky123 lucky777 lösenord macintosh maggie123 manager1 manager123
manchester manunited manutd123 master12 master123 masterkey matrix123 matthew1 matthew123
mercedes mercedes1 metallica metallica1 mexico123 michael1 michael123 michelle michelle1
mickeymouse microsoft microsoft1 midnight midnight1 midnight123 million1 millionaire minecraft
minecraft1 monday123 money123 money1234 monkey12 monkey123 monkey1234 motdepasse motocross
motorcycle motorola mustang1 mustang123 mybaby123 mylove123 mypassword mypassword1 mysecret
mysql123 network1 newpassword newyork1 newyork123 nicholas nicholas1 nicole12 nicole123 ninja123
nintendo nintendo1 nirvana1 nothing1 november1 october1 office123 oldpassword onedirection
openopen opensesame operator operator1 oracle123 p0o9i8u7 p@ssw0rd p@ssw0rd! p@ssw0rd1 p@ssword
p@ssword1 pa$$w0rd pa$$word pa55word packers1 panther1 panthers paris123 parola123 pass1234
pass12345 pass123456 passcode passpass passpass1 passphrase passw0rd passw0rd! passw0rd1
password password! password00 password01 password1 password1! password11 password12 password123
password123! password1234 password12345 password123456 password2 password2020 password2021
password2022 password2023 password2024 password2025 password2026 password3 password69 password99
passwordadmin passwordpassword passwords passwort passwort1 passwort123 patricia patriots
peanut123 pepper123 philippines phoenix1 phoenix123 pikachu1 pineapple playstation poiuytrewq
pokemon1 pokemon123 porsche1 porsche911 portfolio postgres postgres1 postgres123 princesa
princess princess1 princess123 q1q1q1q1 q1w2e3r4 q1w2e3r4t5 q1w2e3r4t5y6 qazwsx123 qazwsxed
qazwsxedc qazwsxedcrfv qwe!@#123 qwe12345 qwe123qwe qweasd123 qweasdzxc qwer1234 qwer12345
qwerasdf qwerty1! qwerty11 qwerty12 qwerty123 qwerty123! qwerty1234 qwerty12345 qwerty123456
qwerty99 qwertyqwerty qwertyui qwertyuiop1 qwertyuiop123 qwertyuiop[] raiders1 rainbow1
rainbow123 raspberry realmadrid redsox04 ricardo1 robert12 robert123 roberto1 rockstar rockstar1
rocky123 root1234 rootpass rootroot runescape sagittarius salasana salasana1 samantha samantha1
samsung1 samsung123 sapphire schatz123 scoobydoo scooter1 scorpion scorpion1 sebastian
sebastian1 secret12 secret123 secret1234 secretpassword security security1 security123 senha123
senha1234 senhasenha september1 server123 service1 sesame123 shadow12 shadow123 skateboard
slipknot1 snapchat snoopy123 snowball snowboard snowflake soccer10 soccer12 soccer123 softball
softball1 sommer2024 sommer2025 spiderman spiderman1 spring2024 spring2025 spring2026 startrek
starwars starwars1 steelers steelers1 stephanie stephanie1 stockmarket strawberry summer12
summer123 summer2023 summer2024 summer2025 summer2026 sunflower sunflower1 sunshine sunshine1
sunshine123 superadmin superman superman1 superman123 superpassword supersecret superuser
superuser1 support1 support123 sweetheart sweetie1 sysadmin sysadmin1 temp1234 temporary
temporary1 temppass temppassword terminator terminator1 test1234 test12345 test123456 tester123
testing1 testing123 testpass testpassword testtest testtest1 thepassword thomas123 thunder1
thunderbird tiffany1 tigger12 tigger123 toor1234 topsecret tornado1 trader123 trading1
trading123 truelove trustno1 trustnoone twitter1 ubuntu123 user1234 user12345 username username1
useruser valentina vanessa1 veronica victoria victoria1 volleyball wachtwoord wachtwoord1
wallstreet warcraft warcraft1 warrior1 warriors welcome! welcome1 welcome1! welcome12 welcome123
welcome1234 welcome2 welcome2024 welcome2025 welcome2026 whatever whatever1 whatever123 whatsapp
william1 windows1 windows10 windows11 windows123 winner123 winter2024 winter2025 winter2026
wolverine worldofwarcraft yamaha123 yankees1 youtube1 youtube123 zaq12wsx zaq1xsw2 zaq1zaq1
zxcv1234 zxcvbnm, zxcvbnm1 zxcvbnm123 zxcvzxcv
"""

COMMON_PASSWORDS: Final = frozenset(_TEXT.split())
