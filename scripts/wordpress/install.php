<?php
// Sets up the site and its people and prints what a test needs to know, one NAME=value per line.
$dir = getenv( 'WP_TEST_DIR' );
$url = getenv( 'WP_TEST_URL' );

// WordPress expects to be asked by a browser.
$_SERVER['HTTP_HOST']       = parse_url( $url, PHP_URL_HOST ) . ':' . parse_url( $url, PHP_URL_PORT );
$_SERVER['SERVER_NAME']     = parse_url( $url, PHP_URL_HOST );
$_SERVER['SERVER_PORT']     = (string) parse_url( $url, PHP_URL_PORT );
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REQUEST_METHOD']  = 'GET';
$_SERVER['REQUEST_URI']     = '/';
$_SERVER['REMOTE_ADDR']     = '127.0.0.1';

define( 'WP_INSTALLING', true );
require $dir . '/site/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';

$login = bin2hex( random_bytes( 12 ) );
wp_install( 'Test Kitchen', 'admin', 'admin@example.com', true, '', $login );

// Not UTC on purpose: a client that mixes up site time and UTC must fail here.
$zone = 'America/St_Johns';
update_option( 'timezone_string', $zone );
update_option( 'gmt_offset', '' );

global $wp_rewrite;
$wp_rewrite->set_permalink_structure( '/%postname%/' );
$wp_rewrite->flush_rules( false );

$people = array( 'admin' => get_user_by( 'login', 'admin' )->ID );
foreach ( array( 'editor', 'author', 'contributor' ) as $role ) {
	$id = wp_insert_user(
		array(
			'user_login' => $role,
			'user_pass'  => bin2hex( random_bytes( 12 ) ),
			'user_email' => $role . '@example.com',
			'role'       => $role,
		)
	);
	if ( is_wp_error( $id ) ) {
		fwrite( STDERR, $id->get_error_message() . "\n" );
		exit( 1 );
	}
	$people[ $role ] = $id;
}

echo "WP_URL=$url\n";
foreach ( $people as $name => $id ) {
	$made = WP_Application_Passwords::create_new_application_password( $id, array( 'name' => 'igny8 tests' ) );
	if ( is_wp_error( $made ) ) {
		fwrite( STDERR, $made->get_error_message() . "\n" );
		exit( 1 );
	}
	$prefix = $name === 'admin' ? 'WP' : 'WP_' . strtoupper( $name );
	echo "{$prefix}_USER=$name\n{$prefix}_PASSWORD={$made[0]}\n";
}
echo "WP_LOGIN_PASSWORD=$login\nWP_TIMEZONE=$zone\n";
